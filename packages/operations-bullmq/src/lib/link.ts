import { Redis, type RedisOptions } from 'ioredis';
import { engineAway, isRedisAway } from './engine-away.js';
import { inTime } from './in-time.js';
import { WorkRedis } from './work-redis.js';

/** How long a command may take before Redis counts as away. With what a server needs besides, a start is refused within a second. */
const PATIENCE_MS = 800;

/** How often a quiet connection is asked whether it still is one. */
const PULSE_MS = 5_000;

/** Where Redis is: its URL, or ioredis' options. */
export type RedisPlace = string | RedisOptions;

/** One process' connections to Redis: one for commands, one for news, and, where it works, one for the queue. */
export class RedisLink {
  readonly command: Redis;
  readonly subscriber: Redis;
  readonly #place: RedisPlace;
  readonly #listeners = new Set<(isUp: boolean) => void>();
  #worker: WorkRedis | undefined;
  #isUp = false;
  #isClosed = false;
  #pulse: NodeJS.Timeout | undefined;
  /** Does what has to be done each time before the link counts as up. */
  #beforeUp: () => Promise<void> = async () => {};

  constructor(place: RedisPlace) {
    this.#place = place;
    // What is asked for while Redis is away fails at once; what was under way when it went is not sent again, as its asker was told no.
    const impatient: RedisOptions = {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
      lazyConnect: true,
    };
    this.command = this.#connection(Redis, 'commands', impatient);
    this.subscriber = this.#connection(Redis, 'news', impatient);
    for (const redis of [this.command, this.subscriber]) {
      redis.on('ready', () => void this.#comeUp());
      redis.on('close', () => this.#goDown());
    }
  }

  /** Whether commands and news get through. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** The connection BullMQ's workers share: they wait for Redis as long as it takes. Opened when it is first asked for. */
  get worker(): Redis {
    this.#worker ??= this.#connection(WorkRedis, 'work', { maxRetriesPerRequest: null });
    return this.#worker;
  }

  /**
   * Connects, and goes on trying until the time is over.
   *
   * @param beforeUp is done again after each connect; only then listeners are told
   * @throws OperationsError `engine-away`
   */
  async open(timeoutMs: number, beforeUp: () => Promise<void>): Promise<void> {
    this.#beforeUp = beforeUp;
    this.#isClosed = false;
    this.#worker = undefined;
    let failure: unknown;
    const remember = (error: unknown) => {
      failure = error;
    };
    const both = [this.command, this.subscriber];
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      const off = this.onChange(() => {
        off();
        clearTimeout(timer);
        resolve();
      });
      // What is wrong is told by the event; the promise says no more than that it did not come to be.
      for (const redis of both)
        redis
          .on('error', remember)
          .connect()
          .catch(() => {});
    });
    for (const redis of both) redis.off('error', remember);
    if (!this.#isUp) {
      this.close();
      throw engineAway('begin', failure);
    }
    this.#pulse = setInterval(() => this.#feelPulse(), PULSE_MS).unref();
  }

  /** @returns what ends it */
  onChange(listener: (isUp: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Does something with Redis, but not for longer than a caller can wait.
   *
   * @throws OperationsError `engine-away` when it cannot be reached or does not answer
   */
  async reach<Value>(attempted: string, ask: (redis: Redis) => Promise<Value>): Promise<Value> {
    if (this.command.status !== 'ready') throw engineAway(attempted);
    try {
      return await inTime(PATIENCE_MS, ask(this.command));
    } catch (error) {
      throw isRedisAway(error) ? engineAway(attempted, error) : error;
    }
  }

  /** Ends all connections at once. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#pulse);
    for (const redis of [this.command, this.subscriber]) redis.disconnect();
    // It stays, so that what ends only now asks in vain and opens no other.
    this.#worker?.disconnectAll();
  }

  async #comeUp(): Promise<void> {
    if (this.command.status !== 'ready' || this.subscriber.status !== 'ready' || this.#isUp) return;
    try {
      await this.#beforeUp();
    } catch {
      // It went away again, and this is done anew when it is back. Redis may also be there and not answer: then it is asked again.
      if (this.subscriber.status === 'ready') this.subscriber.disconnect(true);
      return;
    }
    if (this.command.status === 'ready' && this.subscriber.status === 'ready') this.#tell(true);
  }

  /** A Redis that is gone without a word closes no connection, and one that only listens would wait for ever. */
  #feelPulse(): void {
    for (const redis of [this.command, this.subscriber]) {
      if (redis.status === 'ready') inTime(PATIENCE_MS, redis.ping()).catch(() => redis.disconnect(true));
    }
  }

  #goDown(): void {
    if (this.#isUp) this.#tell(false);
  }

  #tell(isUp: boolean): void {
    this.#isUp = isUp;
    if (!this.#isClosed) for (const listener of this.#listeners) listener(isUp);
  }

  #connection<Connection extends Redis>(
    Type: new (place: string | RedisOptions, options: RedisOptions) => Connection,
    name: string,
    settings: RedisOptions,
  ): Connection {
    const options: RedisOptions = {
      // Well below the shortest lock: all have to be back before one looks for those that are not.
      retryStrategy: (times) => Math.min(25 * 2 ** times, 250),
      ...(typeof this.#place === 'string' ? {} : this.#place),
      connectionName: `verbena-${name}`,
      ...settings,
    };
    const redis = new Type(typeof this.#place === 'string' ? this.#place : {}, options);
    // Whether it is up is told by its status; without a listener ioredis writes every failure to the console.
    redis.on('error', () => {});
    return redis;
  }
}
