import { expect } from 'chai';
import { app } from './ready-made-handlers.js';

describe('samples/ready-made-handlers', () => {
  async function statusOf(path: string): Promise<number> {
    return (await app.fetch(new Request(`http://localhost${path}`))).status;
  }

  it('answers with the status of the handler it extends', async () => {
    expect(await statusOf('/sub/web.config')).to.equal(403);
    expect(await statusOf('/admin/users')).to.equal(404);
  });

  it('leaves closer paths alone', async () => {
    expect(await statusOf('/admin/health')).to.equal(200);
  });
});
