import FakeTimers from '@sinonjs/fake-timers';
import { behaviours } from '@verbena/adapter-tests';
import { expect } from 'chai';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tryModule } from './trial.mjs';

const [first, second] = behaviours;
const passed = { topic: first.topic, name: first.name, outcome: 'passed' };

/** A runtime whose program is given in JavaScript, with `say(line)` to print a line of JSON. */
function running(program) {
  const say = `const say = (line) => require('node:fs').writeSync(1, JSON.stringify(line) + '\\n');`;
  return { name: 'Edge', version: '1', modules: [], command: () => [process.execPath, '-e', `${say}\n${program}`] };
}

describe('tryModule', () => {
  it('gives what became of every behaviour of every host', async () => {
    const runtime = running(`
      say({ host: 'one' });
      say(${JSON.stringify(passed)});
      say({ host: 'other' });
    `);

    expect(await tryModule(runtime, 'some module')).to.deep.equal([
      { runtime, host: 'one', outcomes: [passed] },
      { runtime, host: 'other', outcomes: [] },
    ]);
  });

  it('takes nothing that others print for an outcome', async () => {
    const runtime = running(`say({ host: 'one' }); console.log('warning'); console.log('{ not JSON');`);

    expect(await tryModule(runtime, 'some module')).to.deep.equal([{ runtime, host: 'one', outcomes: [] }]);
  });

  it('names the behaviour at which a program ended, and what it said last', async () => {
    const runtime = running(`
      say({ host: 'one' });
      say(${JSON.stringify(passed)});
      console.error('out of memory');
      process.exitCode = 9;
    `);
    const [{ outcomes }] = await tryModule(runtime, 'some module');

    expect(outcomes).to.have.length(2);
    expect(outcomes[1]).to.include({ topic: second.topic, name: second.name, outcome: 'failed' });
    expect(outcomes[1].error).to.match(/ended with code 9; its last words:\nout of memory/);
  });

  it('names the behaviour at which a program hangs', async () => {
    const hanging = createServer().listen(0, '127.0.0.1');
    await once(hanging, 'listening');
    let socket;
    const clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const trials = tryModule(
        running(`
          say({ host: 'one' });
          say(${JSON.stringify(passed)});
          require('node:net').connect(${hanging.address().port}, '127.0.0.1');
        `),
        'some module',
        { limitMs: 60_000 },
      );
      [socket] = await once(hanging, 'connection');
      socket.on('error', () => {});
      clock.tick(60_000);
      const [{ outcomes }] = await trials;

      expect(outcomes[1]).to.include({ name: second.name, outcome: 'failed' });
      expect(outcomes[1].error).to.match(/was stopped after 60000 ms/);
    } finally {
      clock.uninstall();
      socket?.destroy();
      hanging.close();
    }
  });

  it('rejects when the program ends before a host begins', async () => {
    const failure = await tryModule(running(`console.error('no such module'); process.exit(1)`), 'some module').catch(
      (error) => error,
    );

    expect(failure).to.be.an('error');
    expect(failure.message).to.match(/^Trying some module on Edge failed: .* ended with code 1;.*\nno such module/);
  });
});
