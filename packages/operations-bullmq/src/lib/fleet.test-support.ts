import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Processes, Role } from './processes.test-support.js';
import type { RedisServer } from './redis-server.test-support.js';
import type { Strike } from './strikes.test-support.js';
import type { Told } from './work.test-support.js';
import type { Order } from './watcher-process.test-support.js';

/** One process among its like; another takes its place when it is killed. */
type Place = Promise<ChildProcess & { readonly pid: number }>;

/** Two of each sort of process, and a Redis: whatever is killed is replaced. */
export class Fleet {
  readonly #processes: Processes;
  readonly #redis: RedisServer;
  readonly #lockMs: number;
  readonly #heard: (place: number, told: Told) => void;
  readonly #places: Record<'worker' | 'site' | 'watcher', Place[]>;
  readonly #sites: string[] = [];
  readonly #watched = new Set<string>();
  #redisUp: Promise<void> = Promise.resolve();
  #isOver = false;

  /** @param heard told of what watchers tell, and which of them it is */
  constructor(processes: Processes, redis: RedisServer, lockMs: number, heard: (place: number, told: Told) => void) {
    this.#processes = processes;
    this.#redis = redis;
    this.#lockMs = lockMs;
    this.#heard = heard;
    const pairOf = (role: 'worker' | 'site' | 'watcher') => [0, 1].map((place) => this.#start(role, place));
    this.#places = { site: pairOf('site'), worker: pairOf('worker'), watcher: pairOf('watcher') };
  }

  /** Resolves when all are there. */
  async up(): Promise<void> {
    await Promise.all([this.#redisUp, ...Object.values(this.#places).flat()]);
  }

  /** Has all watchers watch an operation, also those that come later. */
  async watch(id: string): Promise<void> {
    this.#watched.add(id);
    for (const watcher of await Promise.all(this.#places.watcher)) order(watcher, { watch: id });
  }

  unwatch(id: string): void {
    this.#watched.delete(id);
  }

  /** Kills one, which is there again after a while; waits for it where it has just been killed. */
  async strike({ victim, place, downMs, isHalting }: Strike): Promise<void> {
    if (this.#isOver) throw new Error('It is over');
    if (isHalting) void this.#halt(1 - place).catch(() => {});
    if (victim === 'redis') {
      await this.#redisUp;
      await this.#redis.kill();
      this.#redisUp = pause(downMs).then(() => this.#redis.restart());
      return;
    }
    const { pid } = await this.#places[victim][place]!;
    await this.#processes.kill(pid);
    const next = pause(downMs).then(() => this.#start(victim, place));
    // Whoever needs it is told.
    next.catch(() => {});
    this.#places[victim][place] = next;
  }

  /** Asks a site, another one where it is gone, and again while Redis is away. */
  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    for (let turn = 0; !this.#isOver; turn += 1) {
      try {
        const answer = await fetch(`${this.#sites[turn % 2]}${path}`, init);
        if (answer.status < 500) return answer;
      } catch {
        // It was killed.
      }
      await pause(50);
    }
    throw new Error(`Asking for ${path} was given up`);
  }

  /** Replaces nothing more; resolves when all that was to come is there. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.allSettled([this.#redisUp, ...Object.values(this.#places).flat()]);
  }

  async #start(role: Role['role'], place: number): Place {
    if (this.#isOver) throw new Error('It is over');
    const started = await this.#processes.start({ role, path: this.#redis.connection.path, lockMs: this.#lockMs });
    if (role === 'site') {
      const { text } = this.#processes.told.findLast(({ pid, event }) => pid === started.pid && event === 'up')!;
      this.#sites[place] = text!;
      for (const watcher of await Promise.allSettled(this.#places?.watcher ?? []))
        if (watcher.status === 'fulfilled') order(watcher.value, { sites: this.#sites });
    }
    if (role === 'watcher') {
      started.on('message', (told: Told) => this.#heard(place, told));
      order(started, { sites: this.#sites });
      for (const id of this.#watched) order(started, { watch: id });
    }
    return started;
  }

  /** A worker that goes on just when another has taken what was its to do writes what is not its to write. */
  async #halt(place: number): Promise<void> {
    const { told } = this.#processes;
    const halted = this.#places.worker[place]!.then(async (worker) => {
      worker.kill('SIGSTOP');
      const before = told.length;
      const isTaken = () => told.slice(before).some(({ event, attempt = 0 }) => event === 'begun' && attempt > 1);
      for (const end = performance.now() + 4 * this.#lockMs; !isTaken() && performance.now() < end; ) await pause(20);
      worker.kill('SIGCONT');
      return worker;
    });
    this.#places.worker[place] = halted;
    await halted;
  }
}

/** One that was killed meanwhile hears nothing, and needs nothing. */
function order(watcher: ChildProcess, what: Order): void {
  if (watcher.connected) watcher.send(what, () => {});
}
