import { randomBytes } from 'node:crypto';

/** 128 bits as base64url: the last of 22 characters carries two of them. */
const PATTERN = /^op_[\w-]{21}[AQgw]$/;

/** A new id nobody can guess. */
export function newOperationId(): string {
  return `op_${randomBytes(16).toString('base64url')}`;
}

/** Whether a text has the shape of an id. Ask this before any look-up: what strangers send may be of any shape and length. */
export function isOperationId(text: unknown): text is string {
  return typeof text === 'string' && text.length === 25 && PATTERN.test(text);
}
