import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { groupsOf, isOurs, peers } from './peers.mjs';
import { works } from './works.mjs';

describe('groupsOf', () => {
  it('puts each peer beside its bare host, and its plain form with them', () => {
    expect(groupsOf('factory', ['verbena-koa', 'koa'])).to.deep.equal([
      [
        { name: 'koa', peer: 'koa', form: 'works' },
        { name: 'verbena-koa', peer: 'verbena-koa', form: 'works', against: 'koa' },
        { name: 'verbena-koa plain', peer: 'verbena-koa', form: 'plain', against: 'koa' },
      ],
    ]);
  });

  it('measures a host that nobody is compared with by itself, and node:http beside itself', () => {
    expect(groupsOf('hello', ['koa'])).to.deep.equal([[{ name: 'koa', peer: 'koa', form: 'works' }]]);
    expect(groupsOf('hello', ['node-http'])).to.deep.equal([
      [
        { name: 'node-http', peer: 'node-http', form: 'works' },
        { name: 'node-http again', peer: 'node-http', form: 'works', against: 'node-http' },
      ],
    ]);
  });

  it('leaves out who has no means for the work', () => {
    expect(groupsOf('factory', ['koa-router', 'nest-express'])).to.deep.equal([]);
  });
});

describe('the peers', () => {
  it('have a program each, hosts that are peers, and lack works that there are', () => {
    for (const [name, { host, lacks = {}, plain = [] }] of Object.entries(peers)) {
      expect(existsSync(new URL(`../src/peers/${name}.ts`, import.meta.url)), name).to.equal(true);
      expect(peers, name).to.have.property(host);
      expect(peers[host].host, name).to.equal(host);
      expect(isOurs(host), name).to.equal(false);
      expect(Object.keys(works), name).to.include.members([...Object.keys(lacks), ...plain]);
    }
  });
});
