import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { peers, programsOf } from './peers.mjs';
import { works } from './works.mjs';

describe('programsOf', () => {
  it('adds the bare host and the plain form that a peer is compared with', () => {
    expect(programsOf('factory', ['verbena-koa'])).to.deep.equal([
      { name: 'koa', peer: 'koa', form: 'works' },
      { name: 'verbena-koa', peer: 'verbena-koa', form: 'works', against: 'koa' },
      { name: 'verbena-koa plain', peer: 'verbena-koa', form: 'plain', against: 'koa' },
    ]);
  });

  it('leaves out who has no means for the work, and hosts that nobody is compared with', () => {
    expect(programsOf('factory', ['koa-router', 'nest-express'])).to.deep.equal([]);
  });
});

describe('the peers', () => {
  it('have a program each, hosts that are peers, and lack works that there are', () => {
    for (const [name, { host, lacks = {}, plain = [] }] of Object.entries(peers)) {
      expect(existsSync(new URL(`../src/peers/${name}.ts`, import.meta.url)), name).to.equal(true);
      expect(peers, name).to.have.property(host);
      expect(Object.keys(works), name).to.include.members([...Object.keys(lacks), ...plain]);
    }
  });
});
