import { expect } from 'chai';
import Fastify, { type FastifyRequest, type FastifyServerOptions } from 'fastify';
import { belowPrefix } from './prefix.js';

/** What becomes of paths below a prefix, as far as Fastify routes them there; undefined where it does not. */
async function pathsBelow(
  prefix: string,
  paths: readonly string[],
  options: FastifyServerOptions['routerOptions'] = {},
): Promise<(string | undefined)[]> {
  const fastify = Fastify({ routerOptions: options });
  await fastify.register(
    async (instance) => {
      const pathOf = belowPrefix(instance);
      const handler = async ({ raw }: FastifyRequest): Promise<string> => pathOf(raw.url ?? '');
      for (const url of instance.prefix.endsWith('/') ? ['*'] : ['', '/*']) instance.get(url, handler);
    },
    { prefix },
  );
  const answers = await Promise.all(paths.map((url) => fastify.inject({ url })));
  return answers.map(({ statusCode, payload }) => (statusCode === 200 ? payload : undefined));
}

describe('belowPrefix', () => {
  it('leaves the rest of the path as the client sent it', async () => {
    const paths = ['/api', '/api/', '/api/a', '/api//a', '/api/A%2Fb/%C3%BC/', '/api/api', '/api/a%25zz'];
    expect(await pathsBelow('/api', paths)).to.deep.equal(['/', '/', '/a', '//a', '/A%2Fb/%C3%BC/', '/api', '/a%25zz']);
  });

  it('takes nothing off where there is no prefix', () => {
    for (const prefix of ['', '/']) {
      const pathOf = belowPrefix({ prefix, initialConfig: {} });
      for (const path of ['/', '/a//b', '*']) expect(pathOf(path)).to.equal(path);
    }
  });

  it('knows a prefix that was sent encoded', async () => {
    expect(await pathsBelow('/api', ['/%61pi/%61', '/%61%70%69', '/%61pi/'])).to.deep.equal(['/%61', '/', '/']);
  });

  it('knows a prefix in another letter case, where Fastify does', async () => {
    expect(await pathsBelow('/api', ['/API/A'])).to.deep.equal([undefined]);
    expect(await pathsBelow('/api', ['/API/A', '/aPi', '/API/api'], { caseSensitive: false })).to.deep.equal([
      '/A',
      '/',
      '/api',
    ]);
  });

  it('knows a prefix with repeated slashes, where Fastify does', async () => {
    expect(await pathsBelow('/api/v1', ['//api//v1/a'])).to.deep.equal([undefined]);
    const ignoreDuplicateSlashes = true;
    expect(
      await pathsBelow('/api/v1', ['//api//v1/a', '/api///v1', '/api/v1//a'], { ignoreDuplicateSlashes }),
    ).to.deep.equal(['/a', '/', '//a']);
    expect(await pathsBelow('/api//v1', ['/api/v1/a'], { ignoreDuplicateSlashes })).to.deep.equal(['/a']);
  });

  it('knows a prefix with params', async () => {
    expect(await pathsBelow('/:tenant/shop', ['/one/shop/a', '/%2F/shop/a/shop', '/two/shop'])).to.deep.equal([
      '/a',
      '/a/shop',
      '/',
    ]);
  });

  it('knows a prefix that ends with a slash', async () => {
    expect(await pathsBelow('/api/', ['/api', '/api/', '/api/a', '/%61pi/a'])).to.deep.equal([
      undefined,
      '/',
      '/a',
      '/a',
    ]);
  });

  it('keeps a trailing slash that Fastify ignores', async () => {
    expect(await pathsBelow('/api', ['/api/a/', '/api/'], { ignoreTrailingSlash: true })).to.deep.equal(['/a/', '/']);
  });

  it('takes what stands behind a number sign for no segment of the prefix', () => {
    const pathOf = belowPrefix({ prefix: '/api', initialConfig: {} });
    expect(pathOf('/api#/admin')).to.equal('/#/admin');
  });
});
