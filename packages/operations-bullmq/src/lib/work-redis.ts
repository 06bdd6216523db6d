import { Redis, type RedisOptions } from 'ioredis';

/** The connection workers share, with the copies BullMQ makes of it to wait for jobs on. BullMQ cannot end one whose server is away. */
export class WorkRedis extends Redis {
  readonly #copies: Redis[] = [];

  override duplicate(override?: Partial<RedisOptions>): Redis {
    const copy = super.duplicate(override);
    this.#copies.push(copy);
    return copy;
  }

  /** Ends this connection and its copies at once. */
  disconnectAll(): void {
    for (const redis of [this, ...this.#copies]) redis.disconnect();
  }
}
