import { expect } from 'chai';
import { parse as parseSafely } from 'secure-json-parse';
import { RecordHeaders } from './headers.js';
import { RequestBody } from './body.js';
import type { BodyReader, HostBody } from './host.js';

/** A body as Node hands it over: in Buffers, several of which share their memory. */
function buffersOf(chunks: readonly Uint8Array[]): Buffer[] {
  const shared = Buffer.concat([Buffer.from('before'), ...chunks, Buffer.from('after')]);
  let start = 'before'.length;
  return chunks.map(({ length }) => {
    start += length;
    return shared.subarray(start - length, start);
  });
}

/** A host that hands over its body piece by piece, and nothing else. */
function inPieces(chunks: readonly Uint8Array[]): HostBody {
  return {
    async *[Symbol.asyncIterator]() {
      yield* buffersOf(chunks);
    },
  };
}

/** A host that can have its body collected. */
function collected(chunks: readonly Uint8Array[], isLater: boolean): HostBody {
  const give = (reader: BodyReader): void => {
    try {
      for (const chunk of buffersOf(chunks)) reader.take(chunk);
    } catch (error) {
      reader.fail(error);
      return;
    }
    reader.end();
  };
  return {
    ...inPieces([]),
    collect: (reader) => (isLater ? queueMicrotask(() => give(reader)) : give(reader)),
  };
}

const cut = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );

/** Every way a body may come. What is read of it must not show which it was. */
const ways: Readonly<Record<string, (bytes: Uint8Array) => HostBody>> = {
  'collected in one piece': (bytes) => collected([bytes], false),
  'collected later': (bytes) => collected([bytes], true),
  'collected byte by byte': (bytes) => collected(cut(bytes, 1), false),
  'collected with nothing between': (bytes) => collected([new Uint8Array(), bytes, new Uint8Array()], true),
  'in one piece': (bytes) => inPieces([bytes]),
  'byte by byte': (bytes) => inPieces(cut(bytes, 1)),
};

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const bodies: Readonly<Record<string, Uint8Array>> = {
  JSON: utf8('{"item":"Grüße 🌍","list":[1,2.5,null,true]}'),
  'JSON behind a byte order mark': utf8('\ufeff{"a":1}'),
  'one word of JSON': utf8('null'),
  nothing: utf8(''),
  'no JSON': utf8('{"a":'),
  'a prototype': utf8('{"__proto__":{"admin":true}}'),
  'a prototype in disguise': utf8('{"a":{"\\u005f_proto__":1}}'),
  'a prototype deep inside': utf8('{"a":[{"b":{"__proto__":{"admin":true}}}]}'),
  'JSON behind two byte order marks': utf8('\ufeff\ufeff{"a":1}'),
  'JSON with escapes': utf8('{"a":"\\n\\u00fc\\\\"}'),
  'the prototype of a constructor in disguise': utf8('{"construct\\u006fr":{"prototype":{"admin":true}}}'),
  'a constructor without a prototype': utf8('{"constructor":{"name":"x"}}'),
  'the prototype of a constructor': utf8('{"constructor":{"prototype":{"admin":true}}}'),
  'a text that speaks of them': utf8('{"a":"__proto__ and constructor"}'),
  'what is no UTF-8': new Uint8Array([34, 0xc3, 0x28, 34]),
  'a letter that is cut off': new Uint8Array([34, 0xe2, 0x82]),
  'as much as may be': utf8(`"${'x'.repeat(98)}"`),
  'more than may be': utf8(`"${'x'.repeat(99)}"`),
};

/** Content types that mean the same to the member that reads, the first of them being the one that is known without reading. */
const reads: Readonly<
  Record<string, { readonly types: readonly string[]; readonly read: (body: RequestBody) => Promise<unknown> }>
> = {
  json: {
    types: ['application/json', 'Application/JSON; charset=utf-8', 'application/problem+json'],
    read: (body) => body.json(),
  },
  text: {
    types: ['text/plain', 'text/plain; charset=utf-8', 'text/plain;charset="UTF-8"', 'text/plain; charset=utf8'],
    read: (body) => body.text(),
  },
  bytes: { types: ['application/octet-stream'], read: (body) => body.bytes() },
  'bytes after json': {
    types: ['application/json'],
    async read(body) {
      await body.json().catch(() => {});
      return body.bytes();
    },
  },
  'json, text and bytes at once': {
    types: ['application/json'],
    async read(body) {
      const outcomes = await Promise.allSettled([body.json(), body.text(), body.bytes(), body.json()]);
      return outcomes.map((outcome) => {
        if (outcome.status === 'rejected') return (outcome.reason as { readonly detail?: string }).detail;
        return outcome.value instanceof Uint8Array ? [...outcome.value] : outcome.value;
      });
    },
  },
  'text after bytes': {
    types: ['text/plain'],
    async read(body) {
      await body.bytes().catch(() => {});
      return body.text();
    },
  },
};

/** What an author gets: a value, or an exception's status and words. */
async function outcomeOf(
  host: HostBody,
  type: string,
  read: (body: RequestBody) => Promise<unknown>,
): Promise<unknown> {
  const body = new RequestBody(() => host, new RecordHeaders({ 'content-type': type }), 100);
  try {
    const value = await read(body);
    if (!(value instanceof Uint8Array)) return { value };
    // Nothing of the memory that a host's own class of bytes may share with other requests.
    return { bytes: [...value], type: value.constructor.name };
  } catch (error) {
    const { status, detail } = error as { readonly status?: number; readonly detail?: string };
    return { status, detail };
  }
}

describe('a body that is collected', () => {
  for (const [member, { types, read }] of Object.entries(reads)) {
    for (const [what, bytes] of Object.entries(bodies)) {
      it(`is read as on every other way: ${what}, by ${member}`, async () => {
        const [known = ''] = types;
        const expected = await outcomeOf(inPieces([bytes]), known, read);
        for (const type of types) {
          for (const [way, make] of Object.entries(ways))
            expect(await outcomeOf(make(bytes), type, read), `${way}, ${type}`).to.deep.equal(expected);
        }
      });
    }
  }

  it('leaves nothing behind for the next one', async () => {
    const { read } = reads['text'] as (typeof reads)[string];
    await outcomeOf(collected([new Uint8Array([0xe2, 0x82])], false), 'text/plain', read);
    expect(await outcomeOf(collected([utf8('\ufeffnext')], false), 'text/plain', read)).to.deep.equal({
      value: 'next',
    });
  });

  it('is broken off as one in pieces is', async () => {
    const outcomes = [];
    const mute: HostBody = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
    for (const host of [mute, { ...mute, collect: () => {} }]) {
      const body = new RequestBody(() => host, new RecordHeaders({ 'content-type': 'text/plain' }), 100);
      const reading = body.text().catch((error: unknown) => error);
      await Promise.resolve();
      body.breakOff('enough');
      outcomes.push(await reading, await body.bytes().catch((error: unknown) => error));
    }
    expect(outcomes).to.deep.equal(['enough', 'enough', 'enough', 'enough']);
  });

  it('fails as one in pieces does', async () => {
    const outcomes = [];
    const broken: HostBody = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('reset')) }),
    };
    for (const host of [broken, { ...broken, collect: (reader: BodyReader) => reader.fail(new Error('reset')) }])
      outcomes.push(await outcomeOf(host, 'text/plain', (body) => body.text()));
    expect(outcomes[0]).to.deep.equal({ status: 400, detail: 'The body broke off before its end' });
    expect(outcomes[1]).to.deep.equal(outcomes[0]);
  });
});

describe('JSON that is read without a look at every way to write a name', () => {
  const options = { protoAction: 'error', constructorAction: 'error' } as const;
  const json = (text: string): Promise<unknown> =>
    outcomeOf(collected([utf8(text)], false), 'application/json', (body) => body.json());

  it('is taken, or refused, as with it', async () => {
    const names = [
      '__proto__',
      '__pr\\u006fto__',
      '\\u005f_proto__',
      'constructor',
      '\\u0063onstructor',
      'prototype',
      'a',
    ];
    const texts = names.flatMap((outer) =>
      names.flatMap((inner) => [
        `{"${outer}":{"${inner}":1}}`,
        `[{"x":{"${outer}" : {"${inner}":{}}}}]`,
        `{"${outer}":"${inner}"}`,
        `"${outer}${inner}"`,
      ]),
    );
    // The decoder takes one byte order mark.
    texts.push('\ufeff{"a":1}', '\ufeff\ufeff1', '{"a":"\\n"}', '\\', '');
    for (const text of texts) {
      let expected: unknown;
      try {
        expected = { value: parseSafely(text, undefined, options) as unknown };
      } catch {
        const detail = text === '' ? 'The body is empty where JSON was expected' : 'The body is not valid JSON';
        expected = { status: 400, detail };
      }
      expect(await json(`\ufeff${text}`), text).to.deep.equal(expected);
    }
  });
});
