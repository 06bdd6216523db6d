import type { Fault, Texts } from './fault.js';
import { CRLF, type RequestDraft } from './request-draft.js';

/** Sets a part of the request to one of several texts. */
function setting(part: 'verb' | 'target' | 'version' | 'blank' | 'lineEnd', texts: Texts): Fault<RequestDraft> {
  return {
    name: `${part} spoilt`,
    commit(draft, random) {
      draft[part] = random.pick(texts);
    },
  };
}

/** Puts header lines among the others. */
function adding(name: string, lines: Texts): Fault<RequestDraft> {
  return {
    name,
    commit({ headers }, random) {
      headers.splice(random.below(headers.length + 1), 0, random.pick(lines));
    },
  };
}

/** Replaces the header lines of this field. */
function replacing(field: string, lines: Texts): Fault<RequestDraft> {
  return {
    name: `${field} spoilt`,
    commit(draft, random) {
      draft.headers = [...without(draft.headers, field), random.pick(lines)];
    },
  };
}

function without(headers: readonly string[], field: string): string[] {
  return headers.filter((line) => !line.toLowerCase().startsWith(`${field}:`));
}

/** Gives the request a body in chunks that are none. */
function chunking(bodies: Texts): Fault<RequestDraft> {
  return {
    name: 'chunks spoilt',
    commit(draft, random) {
      draft.verb = 'POST';
      draft.headers = [...without(draft.headers, 'content-length'), 'Transfer-Encoding: chunked'];
      draft.body = random.pick(bodies);
    },
  };
}

/** Bytes of UTF-8, as characters that stand for one byte each. */
const UTF8 = String.fromCharCode(...new TextEncoder().encode('ü世🌱'));
const LONG = 'x'.repeat(20_000);

const VERBS: Texts = ['', 'get', 'FOO', 'GE\0T', 'G ET', 'PRI', 'CONNECT', 'TRACE', 'GET/', 'Ünal', '"GET"', LONG];
const VERSIONS: Texts = [
  '',
  'HTTP/9.9',
  'HTTP/2.0',
  'HTTP/1.',
  'HTTP/0.9',
  'http/1.1',
  'HTTP/1.1 x',
  'HTTP',
  'ICY/1.1',
];
const TARGETS: Texts = [
  '',
  '*',
  '?',
  '#',
  '//',
  '/text#part',
  '/%',
  '/%zz',
  '/%00',
  '/%ff%fe',
  '/a\0b',
  '/a\x01b',
  '/a\x7fb',
  `/${UTF8}`,
  '/a b',
  '/a\\..\\b',
  '/../../etc/passwd',
  '/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  `/${'../'.repeat(500)}`,
  `/${'%2f'.repeat(3000)}`,
  `/?${'a&'.repeat(5000)}`,
  `/${LONG}`,
  'text',
  'verbena.test:80',
  'http:',
  'http:/',
  'http://',
  'http:///text',
  'http://[::1/q',
  'http://a:b/',
  'http://a b/',
  'http://a%00/',
  'http://user:password@verbena.test/text',
  'http://verbena.test?q',
  'ftp://verbena.test/',
  'javascript:alert(1)',
  `http://${LONG}/`,
];
const HOSTS: Texts = [
  'Host:',
  'Host: a b',
  'Host: a/b',
  'Host: a?b#c',
  'Host: user@a',
  'Host: a\\b',
  'Host: [::1',
  'Host: a:b',
  'Host: a\0b',
  `Host: ${UTF8}`,
  'Host: %00',
  `Host: ${LONG}`,
  'Host : verbena.test',
  'X-No: host',
];
const STRAY_LINES: Texts = [
  'no colon here',
  ': no name',
  'Space Inside: a',
  'Blank-Before : a',
  ' folded: a',
  `X-Folded: a${CRLF} b${CRLF}\tc`,
  'X-Nul: a\0b',
  'X-Cr: a\rb',
  'X-Lf: a\nb',
  'X-Crlf: a\r\r\nb: c',
  'X-Control: \x01\x1f\x7f',
  `X-Utf8: ${UTF8}`,
  'X-\x80: a',
  'X-(): a',
  `X-Long: ${LONG}`,
  `X-Far-Too-Long: ${LONG.repeat(4)}`,
  `${LONG}: a`,
  Array.from({ length: 3000 }, (_, index) => `X-${index}: ${index}`).join(CRLF),
];
const LENGTHS: Texts = [
  '-1',
  '+5',
  '0x5',
  '5.0',
  '5 5',
  '5, 5',
  '5, 6',
  'abc',
  '',
  '99999999999999999999',
  '1e3',
  ' 5\t',
];
const CODINGS: Texts = [
  'identity',
  'gzip',
  'gzip, chunked',
  'chunked, gzip',
  'chunked, chunked',
  'xchunked',
  '"chunked"',
  '',
];
const ODD_HEADERS: Texts = [
  'Cookie: ===;;; a; =b; "; c=%zz; d=\x80',
  'Content-Type: ///;;=',
  'Content-Type: multipart/form-data; boundary=',
  'Content-Type: text/plain; charset="',
  'Content-Encoding: gzip, \x80',
  'Accept: ;q=, */, text/html;q=nan;;',
  'Range: bytes=--1,,-',
  'If-Modified-Since: yesterday',
  'Last-Event-ID: \x80',
  'Connection: close, keep-alive, \x80',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Upgrade: h2c',
  'Expect: 100-continue',
  'Expect: the unexpected',
  'TE: trailers, \x80',
  'Trailer: Content-Length',
  'Forwarded: for="[',
  'X-Forwarded-For: ,,,',
  'X-Forwarded-Proto: javascript',
  'X-Forwarded-Host: a/b',
  'Authorization: Basic %%%',
  '__proto__: a',
  'constructor: a',
];
const CHUNKS: Texts = [
  `zz${CRLF}text${CRLF}0${CRLF}${CRLF}`,
  `-1${CRLF}text${CRLF}0${CRLF}${CRLF}`,
  `${CRLF}text${CRLF}0${CRLF}${CRLF}`,
  `FFFFFFFFFFFFFFFFFF${CRLF}text`,
  `7fffffff${CRLF}text`,
  `4${CRLF}text0${CRLF}${CRLF}`,
  `4${CRLF}much more than four${CRLF}0${CRLF}${CRLF}`,
  `4\ntext\n0\n\n`,
  `4\rtext\r0\r\r`,
  `4 ${CRLF}text${CRLF}0${CRLF}${CRLF}`,
  ` 4${CRLF}text${CRLF}0${CRLF}${CRLF}`,
  `0x4${CRLF}text${CRLF}0${CRLF}${CRLF}`,
  `4;${CRLF}text${CRLF}0${CRLF}${CRLF}`,
  `4;a="\0${CRLF}text${CRLF}0${CRLF}${CRLF}`,
  `4;${LONG}${CRLF}text${CRLF}0${CRLF}${CRLF}`,
  `4${CRLF}text${CRLF}0${CRLF}no colon${CRLF}${CRLF}`,
  `4${CRLF}text${CRLF}0${CRLF}Content-Length: 5${CRLF}Host: other.test${CRLF}${CRLF}`,
  `4${CRLF}text${CRLF}0${CRLF}X-Long: ${LONG}${CRLF}${CRLF}`,
  `4${CRLF}text${CRLF}`,
  `4${CRLF}te`,
  `1${CRLF}a${CRLF}`.repeat(2000),
  '',
];

/** Ways to spoil a part of a request. */
export const draftFaults: readonly [Fault<RequestDraft>, ...Fault<RequestDraft>[]] = [
  setting('verb', VERBS),
  setting('target', TARGETS),
  setting('target', TARGETS),
  setting('version', VERSIONS),
  setting('blank', ['', '  ', '\t', '\x0b', '\0', CRLF]),
  setting('lineEnd', ['\n', '\r', '\n\r', '\r\r\n', ' ', '\0']),
  replacing('host', HOSTS),
  replacing('host', HOSTS),
  adding('two hosts', ['Host: other.test', 'Host: verbena.test']),
  adding('stray line', STRAY_LINES),
  adding('stray line', STRAY_LINES),
  adding('odd header', ODD_HEADERS),
  adding('odd header', ODD_HEADERS),
  chunking(CHUNKS),
  chunking(CHUNKS),
  {
    name: 'length spoilt',
    commit(draft, random) {
      draft.headers = [...without(draft.headers, 'content-length'), `Content-Length: ${random.pick(LENGTHS)}`];
    },
  },
  {
    name: 'another length',
    commit({ headers }, random) {
      headers.push(`Content-Length: ${random.below(20)}`);
    },
  },
  {
    name: 'length too long',
    commit(draft, random) {
      const length = draft.body.length + 1 + random.below(1000);
      draft.headers = [...without(draft.headers, 'content-length'), `Content-Length: ${length}`];
    },
  },
  {
    name: 'coding spoilt',
    commit({ headers }, random) {
      headers.push(`Transfer-Encoding: ${random.pick(CODINGS)}`);
    },
  },
];
