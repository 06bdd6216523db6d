/**
 * A program of its own: many clients, each a bare socket, so that they cost little beside the server. Started by `programs.mjs`.
 */
import { connect } from 'node:net';
import { answerCommands } from './commands.mjs';

let port = 0;
const sockets = new Set();
/** How long after it was reported something came, in milliseconds. */
let delays = [];
let frames = 0;
let failures = 0;
let ends = 0;
const retries = [];

class Stream {
  #socket;
  #rest = '';
  #opened;
  #failed;
  isOpen = false;

  constructor(target, comesBack = false) {
    const { path, cookie } = target;
    this.opening = new Promise((resolve, reject) => {
      this.#opened = resolve;
      this.#failed = reject;
    });
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket = socket;
    sockets.add(socket);
    socket.setEncoding('latin1');
    socket.on('data', (text) => this.#take(text));
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      if (!this.isOpen) this.#fail('closed');
      else {
        ends += 1;
        if (comesBack) setTimeout(() => void new Stream(target, true).opening.catch(() => {}), 200);
      }
    });
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nAccept: text/event-stream\r\nCookie: ${cookie}\r\n\r\n`,
    );
  }

  #fail(why) {
    failures += 1;
    this.#failed(new Error(why));
  }

  #take(text) {
    const now = process.hrtime.bigint();
    const all = this.#rest + text;
    if (!this.isOpen && !all.startsWith('HTTP/1.1 200')) {
      this.#fail(all.slice(0, 300));
      this.#socket.destroy();
      return;
    }
    const end = all.lastIndexOf('\n\n') + 2;
    if (end < 2) {
      this.#rest = all;
      return;
    }
    this.#rest = all.slice(end);
    const whole = all.slice(0, end);
    for (let at = whole.indexOf('"message":"t'); at >= 0; at = whole.indexOf('"message":"t', at + 1)) {
      const reportedAt = BigInt(whole.slice(at + 12, whole.slice(at + 12, at + 40).search(/\D/) + at + 12));
      delays.push(Number(now - reportedAt) / 1e6);
      frames += 1;
    }
    for (const [, retry] of whole.matchAll(/^retry: (\d+)$/gm)) if (this.isOpen) retries.push(Number(retry));
    if (whole.includes('event: state')) {
      this.isOpen = true;
      this.#opened();
    }
  }
}

answerCommands({
  aim({ port: given }) {
    port = given;
  },

  /** Opens streams, some at a time; gives how long that took, in milliseconds. */
  async open({ targets, atOnce = 100, comesBack }) {
    const startedAt = performance.now();
    for (let start = 0; start < targets.length; start += atOnce) {
      await Promise.all(targets.slice(start, start + atOnce).map((target) => new Stream(target, comesBack).opening));
    }
    return performance.now() - startedAt;
  },

  /** Sockets that ask and never read. */
  stall({ targets }) {
    for (const { path, cookie } of targets) {
      const socket = connect({ port, host: '127.0.0.1' });
      sockets.add(socket);
      socket.pause();
      socket.on('error', () => {});
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nCookie: ${cookie}\r\n\r\n`);
    }
  },

  forget() {
    delays = [];
    frames = 0;
    failures = 0;
    ends = 0;
    retries.length = 0;
  },

  seen() {
    const sorted = Float64Array.from(delays).sort();
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    return { frames, failures, ends, open: sockets.size, p50: at(0.5), p99: at(0.99), max: at(1), retries };
  },

  leave() {
    for (const socket of sockets) socket.destroy();
  },
});
