import { expect } from 'chai';
import fc from 'fast-check';
import { createParser, type EventStreamParser } from './event-stream.js';

describe('createParser', () => {
  let events: (readonly [event: string, data: string])[];
  let parse: EventStreamParser;

  beforeEach(() => {
    events = [];
    parse = createParser((event, data) => events.push([event, data]));
  });

  it('gives an event with its empty line, and not before', () => {
    parse('event: state\ndata: {"seq":1}\n');
    expect(events).to.deep.equal([]);
    parse('\n');
    expect(events).to.deep.equal([['state', '{"seq":1}']]);
  });

  it('joins several lines of data, and begins the next event afresh', () => {
    parse('event: state\ndata: one\ndata: two\n\ndata:three\n\n');
    expect(events).to.deep.equal([
      ['state', 'one\ntwo'],
      ['', 'three'],
    ]);
  });

  it('passes over comments, ids, unknown fields, and events without data', () => {
    parse(': beat\n\nid: 7\nevent: state\n\nunknown: x\ndata: 1\n\n');
    expect(events).to.deep.equal([['', '1']]);
  });

  it('keeps what follows the first colon, without its one space', () => {
    parse('data:  a: b\n\n');
    expect(events).to.deep.equal([['', ' a: b']]);
  });

  it('knows when the server wants to be connected to again, and keeps that when told nonsense', () => {
    expect(parse(': beat\n')).to.equal(2_000);
    expect(parse('retry: 350\n\n')).to.equal(350);
    expect(parse('retry: soon\n\n')).to.equal(350);
  });

  it('gives the same events for every line end, wherever the stream is cut', () => {
    const data = fc.array(fc.string({ unit: fc.constantFrom('a', ':', ' ', 'é', '"') }), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(
        fc.array(data, { maxLength: 5 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat(200)),
        (all, end, cuts) => {
          const text = all.map((lines) => [...lines.map((line) => `data: ${line}`), '', ''].join(end)).join('');
          const found: string[] = [];
          const cutParser = createParser((_, one) => found.push(one));
          let at = 0;
          for (const cut of [...new Set(cuts)].sort((a, b) => a - b)) {
            cutParser(text.slice(at, cut));
            at = Math.max(at, Math.min(cut, text.length));
          }
          // A comment shows that a carriage return at the end was a whole line end.
          cutParser(`${text.slice(at)}:`);
          expect(found).to.deep.equal(all.map((lines) => lines.join('\n')));
        },
      ),
    );
  });
});
