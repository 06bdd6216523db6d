import { expect } from 'chai';
import { app, reported } from './errors.js';

describe('samples/errors', () => {
  it('turns an HttpException into problem details', async () => {
    const request = new Request('http://localhost/accounts/7/withdrawals', { method: 'POST', body: '50' });
    const response = await app.fetch(request);

    expect(response.status).to.equal(409);
    expect(response.headers.get('content-type')).to.equal('application/problem+json');
    expect(await response.json()).to.deep.equal({
      type: 'https://bank.example/problems/out-of-credit',
      title: 'Out of credit',
      status: 409,
      detail: 'Your balance is too low for that',
      balance: 30,
    });
    expect(reported).to.be.empty;
  });

  it('answers otherwise when all is well', async () => {
    const request = new Request('http://localhost/accounts/7/withdrawals', { method: 'POST', body: '10' });

    expect(await (await app.fetch(request)).json()).to.deep.equal({ balance: 20 });
  });

  it('shows clients nothing of an unexpected error, and reports it', async () => {
    const response = await app.fetch(new Request('http://localhost/broken'));

    expect(response.status).to.equal(500);
    expect(await response.json()).to.deep.equal({ type: 'about:blank', title: 'Internal Server Error', status: 500 });
    expect(reported).to.deep.equal(['/broken: Error: The password of the database is 1234']);
  });

  it('shows people a page', async () => {
    const response = await app.fetch(
      new Request('http://localhost/broken', { headers: { accept: 'text/html,*/*;q=0.8' } }),
    );

    expect(response.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    expect(await response.text()).to.include('<h1>500 Internal Server Error</h1>');
  });
});
