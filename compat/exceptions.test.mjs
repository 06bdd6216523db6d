import { expect } from 'chai';
import { behaviours } from '@verbena/adapter-tests';
import { checkExceptions, exceptions, exceptionsFor } from './exceptions.mjs';

describe('exceptions', () => {
  it('are about behaviours and topics of the suite', () => {
    const known = behaviours.flatMap(({ topic, name }) => [topic, name]);

    expect(exceptions.flatMap((exception) => exception.behaviours).filter((name) => !known.includes(name))).to.be.empty;
  });

  it('hold only where they are so', () => {
    const name = 'a client that leaves while its requests wait for each other ends them all';

    expect(exceptionsFor('Node 20', 'Hono')).to.have.property(name);
    expect(exceptionsFor('Node 26', 'Hono')).to.not.have.property(name);
    expect(exceptionsFor('Node 20', 'toKoa')).to.be.empty;
  });
});

describe('checkExceptions', () => {
  const trials = exceptions.flatMap(({ host, runtimes = ['Edge'] }) =>
    runtimes.map((name) => ({ host, runtime: { name, version: '1' }, outcomes: [] })),
  );

  it('is content when every exception is about something that was tried', () => {
    expect(() => checkExceptions(trials)).to.not.throw();
  });

  it('names the host that nobody tried', () => {
    expect(() => checkExceptions(trials.filter(({ host }) => host !== 'Worker'))).to.throw(
      TypeError,
      'Excepting Worker failed: nothing of that name was tried',
    );
  });

  it('names the runtime on which nobody tried it', () => {
    expect(() => checkExceptions(trials.filter(({ runtime }) => runtime.name !== 'Node 22'))).to.throw(
      TypeError,
      'Excepting Hono on Node 22 failed: nothing of that name was tried',
    );
  });
});
