import { expect } from 'chai';
import type { HandlerDeclaration } from './declaration.js';
import { defineHandler } from './decorators/define.js';
import { contentTypeOf, mediaTypeOf, preferredType } from './media-type.js';
import { recordingApp } from './recording-app.test-support.js';

describe('preferredType', () => {
  const both = ['json', 'html'];
  const cases: readonly (readonly [accept: string | null, offered: readonly string[], best: string | undefined])[] = [
    [null, both, 'json'],
    ['*/*', both, 'json'],
    ['text/html', both, 'html'],
    ['text/*', both, 'html'],
    ['application/json;q=0.5, text/html;q=0.4', both, 'json'],
    ['application/json;q=0.4, text/html;q=0.5', both, 'html'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', both, 'html'],
    ['*/*;q=0.1, application/json', ['html', 'json'], 'json'],
    ['text/html;q=0, */*', both, 'json'],
    ['text/html;q=0', ['html'], undefined],
    ['image/png', both, undefined],
    ['TEXT/HTML', both, 'html'],
    ['application/xml', ['text', 'xml'], 'xml'],
    ['text/plain', ['text', 'xml'], 'text'],
    ['application/vnd.mine+json', ['json', 'application/vnd.mine+json'], 'application/vnd.mine+json'],
    ['gibberish', both, undefined],
    ['text/html;q=high', both, undefined],
    [null, [], undefined],
    ['*/*', [], undefined],
  ];
  for (const [accept, offered, best] of cases) {
    it(`gives ${best ?? 'nothing'} of ${offered.join(', ') || 'nothing'} for Accept: ${accept}`, () => {
      expect(preferredType(accept, offered)).to.equal(best);
    });
  }

  it('is what request.accepts gives', async () => {
    const { get } = recordingApp([
      defineHandler('/', ({ request }) => [request.accepts('json', 'html'), request.accepts('image/png') ?? 'none']),
    ]);
    const response = await get('/', { headers: { accept: 'text/html' } });
    expect(await response.json()).to.deep.equal(['html', 'none']);
    expect(await (await get('/')).json()).to.deep.equal(['json', 'image/png']);
  });
});

describe('mediaTypeOf', () => {
  it('knows html, json, text and xml, and leaves all else as it is', () => {
    expect(['html', 'json', 'text', 'xml', 'image/png', 'constructor', '__proto__'].map(mediaTypeOf)).to.deep.equal([
      'text/html',
      'application/json',
      'text/plain',
      'application/xml',
      'image/png',
      'constructor',
      '__proto__',
    ]);
  });
});

describe('contentTypeOf', () => {
  for (const [name, type] of [
    ['html', 'text/html; charset=utf-8'],
    ['xml', 'application/xml; charset=utf-8'],
    ['json', 'application/json'],
    ['text/css', 'text/css; charset=utf-8'],
    ['text/plain; charset=latin1', 'text/plain; charset=latin1'],
    ['text/plain;Charset=latin1', 'text/plain;Charset=latin1'],
    ['image/svg+xml', 'image/svg+xml'],
    ['application/octet-stream', 'application/octet-stream'],
  ] as const) {
    it(`sends ${name} as ${type}`, () => {
      expect(contentTypeOf(name)).to.equal(type);
    });
  }
});

describe('produces', () => {
  function answering(declaration: HandlerDeclaration): ReturnType<typeof recordingApp> {
    return recordingApp([defineHandler({ path: '/', ...declaration }, ({ response }) => `sent as ${response.type}`)]);
  }

  it('presets the type the client likes best, and says that the answer depends on it', async () => {
    const { get } = answering({ produces: ['json', 'text/csv'] });
    const response = await get('/', { headers: { accept: 'text/csv, application/json;q=0.9' } });
    expect(response.headers.get('content-type')).to.equal('text/csv; charset=utf-8');
    expect(response.headers.get('vary')).to.equal('Accept');
    expect(await response.text()).to.equal('sent as text/csv; charset=utf-8');
  });

  it('presets its first type for a client that did not say', async () => {
    expect((await answering({ produces: ['xml', 'json'] }).get('/')).headers.get('content-type')).to.equal(
      'application/xml; charset=utf-8',
    );
  });

  it('answers 406 to a client that takes none of them, with what can be had, and does not call the handler', async () => {
    let called = false;
    const { errors, get } = recordingApp([
      defineHandler({ path: '/', produces: ['json', 'text/csv'] }, () => {
        called = true;
      }),
    ]);
    const response = await get('/', { headers: { accept: 'image/png' } });
    expect(response.status).to.equal(406);
    expect(response.headers.get('vary')).to.equal('Accept');
    expect(await response.json()).to.deep.equal({
      type: 'about:blank',
      title: 'Not Acceptable',
      status: 406,
      detail: 'This can be had as application/json, text/csv',
    });
    expect(called).to.equal(false);
    expect(errors).to.deep.equal([]);
  });

  it('lets the handler choose another type', async () => {
    const { get } = recordingApp([
      defineHandler({ path: '/', produces: ['json'] }, ({ response }) => {
        response.type = 'text/x-mine';
        return 'x';
      }),
    ]);
    expect((await get('/')).headers.get('content-type')).to.equal('text/x-mine; charset=utf-8');
  });
});
