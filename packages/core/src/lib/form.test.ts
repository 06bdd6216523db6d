import { expect } from 'chai';
import fc from 'fast-check';
import type { HttpContext } from './context.js';
import { defineHandler } from './decorators/define.js';
import { recordingApp, type RecordingApp } from './recording-app.test-support.js';

/** What a form held: fields as text, files with their name, type and text. */
async function entriesOf(form: FormData): Promise<unknown[]> {
  return Promise.all(
    [...form].map(async ([name, value]) =>
      typeof value === 'string' ? [name, value] : [name, value.name, value.type, await value.text()],
    ),
  );
}

function formApp(bodyLimitBytes?: number): RecordingApp {
  return recordingApp(
    [defineHandler('/', async ({ request }: HttpContext) => entriesOf(await request.formData()))],
    bodyLimitBytes === undefined ? {} : { bodyLimitBytes },
  );
}

const app = formApp();

function post(body: RequestInit['body'], type?: string, to: RecordingApp = app): Promise<Response> {
  return to.get('/', {
    method: 'POST',
    body: body ?? null,
    headers: type === undefined ? {} : { 'content-type': type },
  });
}

const urlencoded = 'application/x-www-form-urlencoded';
const multipart = 'multipart/form-data; boundary=B';

/** A multipart body of these parts, each with its headers and its content. */
function parts(...content: readonly string[]): string {
  return `${content.map((part) => `--B\r\n${part}\r\n`).join('')}--B--\r\n`;
}

async function detailOf(response: Response): Promise<unknown> {
  return ((await response.json()) as { detail?: unknown }).detail;
}

const wellFormed = fc.string({ unit: 'grapheme', maxLength: 12 });
// A FormData turns line breaks of a field into CRLF when it is sent; the Unicode line separators are tested apart.
const oneLine = wellFormed.filter((text) => !/[\r\n\u2028\u2029]/.test(text));

describe('HttpRequest.formData, url-encoded', () => {
  it('gives the fields in order, repeated ones and empty ones too', async () => {
    const response = await post('a=1&b=&a=2&c&d=x+y%26%C3%A9&&=z', `${urlencoded}; charset=utf-8`);
    expect(await response.json()).to.deep.equal([
      ['a', '1'],
      ['b', ''],
      ['a', '2'],
      ['c', ''],
      ['d', 'x y&\u00e9'],
      ['', 'z'],
    ]);
  });

  it('takes UTF-8 that was not percent-encoded', async () => {
    expect(await (await post('a=caf\u00e9', urlencoded)).json()).to.deep.equal([['a', 'caf\u00e9']]);
  });

  it('gives back whatever fields were encoded', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(wellFormed, wellFormed), { maxLength: 5 }), async (fields) => {
        const response = await post(new URLSearchParams(fields).toString(), urlencoded);
        expect(await response.json()).to.deep.equal(fields);
      }),
      { numRuns: 50 },
    );
  });

  it('pollutes nothing by names of prototypes', async () => {
    const response = await post('__proto__=1&constructor=2&__proto__[polluted]=3', urlencoded);
    expect(await response.json()).to.deep.equal([
      ['__proto__', '1'],
      ['constructor', '2'],
      ['__proto__[polluted]', '3'],
    ]);
    expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
  });

  it('gives no fields for an empty body', async () => {
    expect(await (await post('', urlencoded)).json()).to.deep.equal([]);
  });

  it('answers 413 over the limit', async () => {
    expect((await post('a=12345678', urlencoded, formApp(9))).status).to.equal(413);
  });
});

describe('HttpRequest.formData, multipart', () => {
  it('gives fields and files in order, a file with its name, type and bytes', async () => {
    const form = new FormData();
    form.append('note', 'two\r\nlines');
    form.append('scan', new File(['%PDF'], 'a.pdf', { type: 'application/pdf' }));
    form.append('note', 'again');
    form.append('scan', new File([], 'empty.bin'));
    expect(await (await post(form)).json()).to.deep.equal([
      ['note', 'two\r\nlines'],
      ['scan', 'a.pdf', 'application/pdf', '%PDF'],
      ['note', 'again'],
      ['scan', 'empty.bin', 'application/octet-stream', ''],
    ]);
  });

  it('answers 400 for a name that the parser cuts short', async () => {
    for (const name of ['a\u2028b', 'a\u2029b']) {
      const form = new FormData();
      form.append(name, '1');
      const response = await post(form);
      expect(response.status).to.equal(400);
      expect(await detailOf(response)).to.equal('A part of the multipart body has a malformed name');
    }
  });

  it('gives back whatever a FormData holds', async () => {
    const entry = fc.oneof(
      fc.record({ name: oneLine, text: oneLine }),
      // A FormData sends no file name that is empty.
      fc.record({ name: oneLine, text: wellFormed, file: oneLine.filter((name) => name !== '') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 4 }), async (entries) => {
        const form = new FormData();
        for (const one of entries) {
          if ('file' in one) form.append(one.name, new File([one.text], one.file, { type: 'text/x-any' }));
          else form.append(one.name, one.text);
        }
        const expected = await entriesOf(form);
        expect(await (await post(form)).json()).to.deep.equal(expected);
      }),
      { numRuns: 100 },
    );
  });

  const names = [
    'caf\u00e9 \u2713',
    'with "quotes"',
    'back\\slash',
    'C:\\dir\\',
    ' spaced ',
    'semi;colon=x',
    'a\nb',
    '%',
  ];
  for (const name of names) {
    it(`keeps ${JSON.stringify(name)} as the name of a field and of a file`, async () => {
      const form = new FormData();
      form.append(name, 'x');
      form.append('file', new File(['y'], name, { type: 'text/plain;charset=utf-8' }));
      const [field, file] = (await (await post(form)).json()) as [string[], string[]];
      expect(field[0]?.replace('\r\n', '\n')).to.equal(name);
      expect(file).to.deep.equal(['file', name, 'text/plain;charset=utf-8', 'y']);
    });
  }

  it('gives a file without a name where a form was sent with none chosen', async () => {
    const body = parts('Content-Disposition: form-data; name="scan"; filename=""\r\nContent-Type: image/png\r\n\r\n');
    expect(await (await post(body, multipart)).json()).to.deep.equal([['scan', '', 'image/png', '']]);
  });

  it('heeds no filename*, which has no place in a form (RFC 7578, 4.2)', async () => {
    const body = parts(`Content-Disposition: form-data; name="f"; filename="a"; filename*=UTF-8''b\r\n\r\n1`);
    expect(await (await post(body, multipart)).json()).to.deep.equal([['f', 'a', 'application/octet-stream', '1']]);
  });

  it('gives bytes of a file unchanged', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const form = new FormData();
    form.append('file', new File([bytes], 'all.bin'));
    const reading = recordingApp([
      defineHandler('/', async ({ request }: HttpContext) => (await request.formData()).get('file') as File),
    ]);
    const response = await reading.get('/', { method: 'POST', body: form });
    expect(new Uint8Array(await response.arrayBuffer())).to.deep.equal(bytes);
  });

  it('takes names without quotes, and header names in any case', async () => {
    const body = parts('CONTENT-DISPOSITION: form-data; filename=a.txt; name=f\r\nContent-type: text/x\r\n\r\n1');
    expect(await (await post(body, multipart)).json()).to.deep.equal([['f', 'a.txt', 'text/x', '1']]);
  });

  it('takes a name only from the name parameter', async () => {
    const body = parts('Content-Disposition: form-data; filename="; name=evil; x"; name="good"\r\n\r\n1');
    expect(await (await post(body, multipart)).json()).to.deep.equal([
      ['good', '; name=evil; x', 'application/octet-stream', '1'],
    ]);
  });

  it('takes a boundary in quotes', async () => {
    const body = '--a b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--a b--\r\n';
    expect(await (await post(body, 'multipart/form-data; boundary="a b"')).json()).to.deep.equal([['x', '1']]);
  });

  it('pollutes nothing by names of prototypes', async () => {
    const body = parts(
      'Content-Disposition: form-data; name="__proto__"\r\n\r\n{"polluted":1}',
      'Content-Disposition: form-data; name="constructor"; filename="__proto__"\r\n__proto__: x\r\n\r\n2',
    );
    expect(await (await post(body, multipart)).json()).to.deep.equal([
      ['__proto__', '{"polluted":1}'],
      ['constructor', '__proto__', 'application/octet-stream', '2'],
    ]);
    expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
  });

  const nothingWrong = 'The body is not valid multipart/form-data';
  const malformed: readonly (readonly [what: string, body: string | Uint8Array<ArrayBuffer>, detail: string])[] = [
    ['an empty body', '', nothingWrong],
    ['no boundary in the body', 'hello', nothingWrong],
    ['another boundary', '--C\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--C--', nothingWrong],
    ['no end', '--B\r\nContent-Disposition: form-data; name="x"\r\n\r\n1', nothingWrong],
    ['an end within the headers', '--B\r\nContent-Disposition: form-data; name="x"\r\n', nothingWrong],
    [
      'a part without a name',
      parts('Content-Disposition: form-data\r\n\r\n1'),
      'A part of the multipart body has no name',
    ],
    ['a part without headers', parts('X: y\r\n\r\n1'), 'A part of the multipart body has no name'],
    [
      'a header of 10 KiB',
      parts(`Content-Disposition: form-data; name="${'x'.repeat(10_240)}"\r\n\r\n1`),
      nothingWrong,
    ],
    [
      'a field that is not UTF-8',
      Buffer.from(parts('Content-Disposition: form-data; name="x"\r\n\r\n\u00ff'), 'latin1'),
      nothingWrong,
    ],
    [
      'a name that is not UTF-8',
      Buffer.from(parts('Content-Disposition: form-data; name="\u00ff"\r\n\r\n1'), 'latin1'),
      nothingWrong,
    ],
  ];
  for (const [what, body, detail] of malformed) {
    it(`answers 400 for ${what}`, async () => {
      const response = await post(body, multipart);
      expect(response.status).to.equal(400);
      expect(await detailOf(response)).to.equal(detail);
      expect(app.errors).to.deep.equal([]);
    });
  }

  it('never fails but with 400 or 413, whatever the body is', async () => {
    const piece = fc.constantFrom(
      '--B',
      '--B--',
      '\r\n',
      '\n',
      'Content-Disposition: form-data; name="',
      '"',
      ';',
      'x',
      '\\',
      '-',
    );
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: piece, maxLength: 25 }), async (body) => {
        expect([200, 400, 413]).to.include((await post(body, multipart)).status);
        expect(app.errors).to.deep.equal([]);
      }),
      { numRuns: 200 },
    );
  });

  for (const type of ['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary=""']) {
    it(`answers 400 for "${type}", which names no boundary`, async () => {
      const response = await post(parts(), type);
      expect(response.status).to.equal(400);
      expect(await detailOf(response)).to.equal('The multipart body has no boundary in its Content-Type');
    });
  }

  it('answers 413 for more than a thousand parts', async () => {
    const one = 'Content-Disposition: form-data; name="x"\r\n\r\n';
    const many = (count: number): string => parts(...Array.from({ length: count }, () => one));
    expect((await post(many(1000), multipart)).status).to.equal(200);
    const response = await post(many(1001), multipart);
    expect(response.status).to.equal(413);
    expect(await detailOf(response)).to.equal('The multipart body has too many parts');
  });
});

describe('HttpRequest.formData of what is no form', () => {
  for (const type of ['application/json', 'multipart/mixed; boundary=B', 'text/plain']) {
    it(`answers 415 for ${type}`, async () => {
      const response = await post('x', type);
      expect(response.status).to.equal(415);
      expect(await detailOf(response)).to.match(
        /^The body is [a-z/]+; send application\/x-www-form-urlencoded or multipart\/form-data$/,
      );
    });
  }
});
