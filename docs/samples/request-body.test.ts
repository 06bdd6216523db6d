import { expect } from 'chai';
import { app } from './request-body.js';

describe('samples/request-body', () => {
  function post(path: string, body: string | FormData | URLSearchParams, type?: string): Promise<Response> {
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    return app.fetch(new Request(`http://localhost${path}`, { method: 'POST', body, headers }));
  }

  it('takes JSON', async () => {
    const response = await post('/orders', '{"item":"tea","count":2}', 'application/json');

    expect(await response.text()).to.equal('2 times tea');
  });

  it('refuses JSON of another shape, malformed JSON, and what is no JSON', async () => {
    expect((await post('/orders', '{"item":"tea"}', 'application/json')).status).to.equal(422);
    expect((await post('/orders', '{"item":', 'application/json')).status).to.equal(400);
    expect((await post('/orders', 'tea', 'text/plain')).status).to.equal(415);
  });

  it('takes a form in both encodings', async () => {
    const multipart = new FormData();
    multipart.set('name', 'Ann');

    expect(await (await post('/guests', new URLSearchParams({ name: 'Ann' }))).json()).to.deep.equal({ thanks: 'Ann' });
    expect(await (await post('/guests', multipart)).json()).to.deep.equal({ thanks: 'Ann' });
  });

  it('takes a file up to its limit', async () => {
    const photoOf = (bytes: number): FormData => {
      const form = new FormData();
      form.set('photo', new File([new Uint8Array(bytes)], 'sea.jpg', { type: 'image/jpeg' }));
      return form;
    };

    const taken = await post('/photos', photoOf(2_000_000));
    expect(await taken.json()).to.deep.equal({ name: 'sea.jpg', type: 'image/jpeg', bytes: 2_000_000 });
    expect((await post('/photos', photoOf(5_000_000))).status).to.equal(413);
    expect((await post('/photos', new FormData())).status).to.equal(422);
  });
});
