/**
 * Who is measured, and against whom.
 *
 * @typedef {object} Peer
 * @property {string} title
 * @property {string} host whose programs are its denominators; a bare host is its own
 * @property {Readonly<Record<string, string>>} [lacks] works it has no means for, and what is missing
 * @property {readonly string[]} [plain] works it also does without the means they are about
 */

const noFactory = { factory: 'no factories' };
const noInjection = { ...noFactory, scoped: 'no injection' };

/** @type {Readonly<Record<string, Peer>>} */
export const peers = {
  'node-http': { title: 'node:http', host: 'node-http' },
  'verbena-node': { title: '@verbena/node', host: 'node-http', plain: ['factory', 'scoped'] },
  'verbena-node-listener': { title: '@verbena/node, toNode', host: 'node-http', plain: ['factory', 'scoped'] },
  h3: { title: 'h3', host: 'node-http', lacks: noInjection },
  hono: { title: 'Hono', host: 'node-http', lacks: { ...noInjection, session: 'no sessions of its own' } },
  'verbena-hono': {
    title: 'app.fetch in Hono',
    host: 'node-http',
    plain: ['factory', 'scoped'],
    lacks: { session: 'Hono has no sessions of its own' },
  },
  koa: { title: 'Koa', host: 'koa' },
  'verbena-koa': { title: '@verbena/koa', host: 'koa', plain: ['factory', 'scoped'] },
  'koa-router': { title: '@koa/router', host: 'koa', lacks: noInjection },
  'routing-controllers': { title: 'routing-controllers', host: 'koa', plain: ['scoped'], lacks: noFactory },
  'tsed-koa': { title: 'Ts.ED', host: 'koa', plain: ['scoped'], lacks: noFactory },
  express: { title: 'Express', host: 'express' },
  'verbena-express': { title: '@verbena/express', host: 'express', plain: ['factory', 'scoped'] },
  'nest-express': { title: 'NestJS', host: 'express', plain: ['scoped'], lacks: noFactory },
  fastify: { title: 'Fastify', host: 'fastify' },
  'verbena-fastify': { title: '@verbena/fastify', host: 'fastify', plain: ['factory', 'scoped'] },
  'nest-fastify': { title: 'NestJS', host: 'fastify', plain: ['scoped'], lacks: noFactory },
};

/**
 * One program that is measured.
 *
 * @typedef {object} Program
 * @property {string} name unique in its work
 * @property {string} peer
 * @property {'works' | 'plain'} form
 * @property {string} [against] name of its denominator; none for a bare host
 */

/**
 * @param {string} name of a peer
 * @returns {boolean} whether it is Verbena, on whatever host
 */
export function isOurs(name) {
  return name.startsWith('verbena');
}

/** The bare host that is also measured beside itself, which shows what the way of measuring is worth. */
const reference = 'node-http';

/**
 * The programs of a work that are measured together: each peer asked for beside its bare host, and in its plain form where it
 * has one.
 *
 * @param {string} work
 * @param {readonly string[]} names of peers
 * @returns {Program[][]} a bare host first in each
 */
export function groupsOf(work, names) {
  const able = names.filter((name) => peers[name].lacks?.[work] === undefined);
  const others = able.filter((name) => peers[name].host !== name);
  const alone = able.filter((name) => peers[name].host === name && !others.some((other) => peers[other].host === name));
  return [
    ...(able.includes(reference)
      ? [[bare(reference), { ...bare(reference), name: again(reference), against: reference }]]
      : []),
    ...alone.filter((name) => name !== reference).map((name) => [bare(name)]),
    ...others.map((name) => [bare(peers[name].host), ...formsOf(name, work)]),
  ];
}

/**
 * @param {string} name of a peer
 * @returns {string} the name of its second program in a work
 */
export function again(name) {
  return `${name} again`;
}

function bare(name) {
  return { name, peer: name, form: 'works' };
}

function formsOf(name, work) {
  const { host: against, plain = [] } = peers[name];
  const program = { name, peer: name, form: 'works', against };
  return plain.includes(work) ? [program, { ...program, name: `${name} plain`, form: 'plain' }] : [program];
}
