import { createHmac, timingSafeEqual } from 'node:crypto';
import { isOperationId } from '../operation-id.js';

/** What a token gives: the right to look at one operation for some time. */
export interface Share {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Signs tokens that let somebody without a session look at one operation. */
export class ShareTokens {
  readonly #secrets: readonly string[];

  /** @param secrets the first signs, each is accepted */
  constructor(secrets: readonly string[]) {
    if (secrets.length === 0 || secrets.some((secret) => secret.length < 32)) {
      throw new RangeError(
        'shareSecret signs what strangers show; give a text of 32 characters or more that nobody knows',
      );
    }
    this.#secrets = secrets;
  }

  issue({ id, expiresAt }: Share): string {
    const claim = `${id}.${Math.floor(expiresAt / 1000).toString(36)}`;
    return `${claim}.${this.#signature(claim, this.#secrets[0] ?? '')}`;
  }

  /** What a token gives now; undefined when it was not issued here, or is over. */
  read(token: string): Share | undefined {
    if (token.length > 128) return undefined;
    const [, claim = '', id, expiry = '', signature = ''] =
      /^((\w{3}[\w-]+)\.([0-9a-z]{1,9}))\.([\w-]{43})$/.exec(token) ?? [];
    if (!isOperationId(id) || !this.#secrets.some((secret) => isSame(signature, this.#signature(claim, secret)))) {
      return undefined;
    }
    const expiresAt = Number.parseInt(expiry, 36) * 1000;
    return expiresAt > Date.now() ? { id, expiresAt } : undefined;
  }

  #signature(claim: string, secret: string): string {
    return createHmac('sha256', secret).update(`verbena share\n${claim}`).digest('base64url');
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
