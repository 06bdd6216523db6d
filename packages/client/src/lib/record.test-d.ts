import type { WireOperation } from '@verbena/operations/http';
import type { OperationRecord } from './record.js';

declare const sent: WireOperation;
const { error, ...others } = sent;

// What the server sends is what this package says it gets. A copy of the problem, as types of other members take no interface.
const seen: OperationRecord = { ...others, ...(error && { error: { ...error } }) };
void seen;

// And nothing of it is unknown here.
declare const sentName: keyof WireOperation;
const seenName: keyof OperationRecord = sentName;
void seenName;

declare const sentProgressName: keyof NonNullable<WireOperation['progress']>;
const seenProgressName: keyof NonNullable<OperationRecord['progress']> = sentProgressName;
void seenProgressName;

declare const sentLinkName: keyof WireOperation['links'];
const seenLinkName: keyof OperationRecord['links'] = sentLinkName;
void seenLinkName;
