import { expect } from 'chai';
import { checkAgreement } from './agree.mjs';

describe('checkAgreement', () => {
  const requests = [
    { verb: 'GET', path: '/a/7', route: 1, params: { id: '7' } },
    { verb: 'GET', path: '/b', route: undefined, params: {} },
  ];
  const routerOf = (found) => ({ find: (_verb, path) => found[path], read: (result) => result });

  it('takes a router that finds every route and misses the rest', () => {
    checkAgreement('mine', routerOf({ '/a/7': { route: 1, params: { id: '7' } } }), requests);
  });

  it('names the router and the request that it finds another route or other params for', () => {
    const other = routerOf({ '/a/7': { route: 1, params: { id: '8' } } });
    expect(() => checkAgreement('mine', other, requests)).to.throw(
      /^mine finds .*"8".* for GET \/a\/7 instead of .*"7"/,
    );
    const hit = routerOf({ '/a/7': { route: 1, params: { id: '7' } }, '/b': { route: 2, params: {} } });
    expect(() => checkAgreement('mine', hit, requests)).to.throw(/for GET \/b instead of undefined/);
  });
});
