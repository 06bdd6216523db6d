import { expect } from 'chai';
import { app } from './negotiation.js';

describe('samples/negotiation', () => {
  async function ask(path: string, accept: string): Promise<Response> {
    return app.fetch(new Request(`http://localhost${path}`, { headers: { accept } }));
  }

  it('answers with the type the client likes best', async () => {
    const json = await ask('/pets', '*/*');
    const csv = await ask('/pets', 'text/csv, application/json;q=0.5');

    expect(await json.json()).to.have.length(2);
    expect(csv.headers.get('content-type')).to.equal('text/csv; charset=utf-8');
    expect(csv.headers.get('vary')).to.equal('Accept');
    expect(await csv.text()).to.equal('name,legs\nRex,4\nPolly,2');
  });

  it('answers 406 to a client that takes none of them', async () => {
    expect((await ask('/pets', 'image/png')).status).to.equal(406);
  });

  it('chooses inside the handler', async () => {
    expect(await (await ask('/pets/count', 'application/json')).json()).to.deep.equal({ pets: 2 });
    expect(await (await ask('/pets/count', 'text/*')).text()).to.equal('2 pets');
  });
});
