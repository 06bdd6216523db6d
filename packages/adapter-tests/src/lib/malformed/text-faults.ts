import type { Fault, Texts } from './fault.js';

/** A request as it is sent; each character stands for one byte. */
export interface RequestText {
  value: string;
}

const CONTROLS: Texts = ['\0', '\r', '\n', '\x01', '\x1b', '\x7f', '\x80', '\xff', ' ', ':'];

/** Ways to spoil a request that has been written. */
export const textFaults: readonly [Fault<RequestText>, ...Fault<RequestText>[]] = [
  {
    name: 'cut short',
    commit(text, random) {
      text.value = text.value.slice(0, random.below(text.value.length));
    },
  },
  {
    name: 'bytes changed',
    commit(text, random) {
      for (let count = 1 + random.below(5); count > 0; count -= 1) {
        const at = random.below(text.value.length);
        text.value = `${text.value.slice(0, at)}${String.fromCharCode(random.below(256))}${text.value.slice(at + 1)}`;
      }
    },
  },
  {
    name: 'control byte inserted',
    commit(text, random) {
      const at = random.below(text.value.length);
      text.value = `${text.value.slice(0, at)}${random.pick(CONTROLS)}${text.value.slice(at)}`;
    },
  },
  {
    name: 'bytes left out',
    commit(text, random) {
      const at = random.below(text.value.length);
      text.value = text.value.slice(0, at) + text.value.slice(at + 1 + random.below(20));
    },
  },
  {
    name: 'bytes repeated',
    commit(text, random) {
      const at = random.below(text.value.length);
      text.value = text.value.slice(0, at + random.below(50)) + text.value.slice(at);
    },
  },
  {
    name: 'something before it',
    commit(text, random) {
      text.value = random.pick(['\r\n\r\n', '\n', ' ', '\0', '\xef\xbb\xbf', 'x', '\x80']) + text.value;
    },
  },
  {
    name: 'another protocol',
    commit(text, random) {
      text.value = random.pick([
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
        '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
        'SSH-2.0-OpenSSH_9.9\r\n',
        'GET /\r\n',
        'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
        '\r\n'.repeat(100),
        '\0'.repeat(1000),
      ]);
    },
  },
  {
    name: 'noise',
    commit(text, random) {
      text.value = Array.from({ length: 1 + random.below(300) }, () => String.fromCharCode(random.below(256))).join('');
    },
  },
];
