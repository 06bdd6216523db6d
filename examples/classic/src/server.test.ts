import { expect } from 'chai';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { createClassic } from './app.js';
import { startServer } from './server.js';
import { SteppedPace } from './stepped-pace.js';

describe('startServer', function () {
  this.timeout(10_000);
  it('says what to do when the port is in use', async () => {
    const server = await startServer(createClassic(), 0);
    const port = Number(new URL(server.url).port);
    const second = createClassic();
    let failure: unknown;
    try {
      await startServer(second, port);
    } catch (error) {
      failure = error;
    }
    expect(failure).to.be.instanceOf(Error).with.property('message').that.includes(`Port ${port} is in use`);
    expect(failure)
      .to.have.property('message')
      .that.includes(`PORT=${port === 65_535 ? 3000 : port + 1} npm start`);
    await Promise.all([second.close(), server.close()]);
  });

  it('stops every run when it is closed', async () => {
    const classic = createClassic({ pace: new SteppedPace() });
    const server = await startServer(classic, 0);
    await fetch(`${server.url}/progress/runs`, { method: 'POST' });
    await server.close();
    expect(classic.runs.all.map((run) => run.isRunning)).to.deep.equal([false]);
  });

  it('lets an answer under way come to its end, and its connection go then', async () => {
    const server = await startServer(createClassic(), 0);
    const agent = new Agent({ keepAlive: true });
    const request = get(`${server.url}/demo/training/a.async`, { agent });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    const closed = server.close();
    expect(await text(answer)).to.include('End handler process');
    await closed;
    agent.destroy();
  });

  it('does not wait for a connection nobody has used', async () => {
    const server = await startServer(createClassic(), 0);
    const connection = connect(Number(new URL(server.url).port));
    await once(connection, 'connect');
    const gone = once(connection, 'close');
    // An end is what it gets, and answers with its own.
    connection.resume();
    await server.close();
    await gone;
  });
});
