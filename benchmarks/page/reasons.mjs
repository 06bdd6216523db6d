import { peers } from '../load/peers.mjs';

/**
 * Why a target may be missed, as the profiles show it, and what it would take to reach it. Shown only where one is missed; what a
 * number of the last run says is never written here, but read from its results.
 *
 * @type {Readonly<Record<string, (results: Record<string, object>) => string>>}
 */
export const reasons = {
  'verbena-node': ({ profile }) =>
    [
      ownTime(profile, 'verbena-node'),
      'That is a mapping found among any number of them, a handler built with what it depends on, a context whose request and',
      'response can be read and changed until the answer goes out, a lease that is given back when it has gone, and a look at the',
      'connection, so that a server can close gracefully and be rid of clients that stand still. The bare program knows its one path and',
      'its one object. No part of it is large. It would take leaving parts out: one context used again and again, which a handler that',
      'keeps it would see change, no instance for each request (a function as handler, or a reusable one, has none), or no look at',
      'connections. Where others use the caches too, as on a busy machine, more code costs more than its share.',
    ].join(' '),

  'verbena-koa': ({ profile }) =>
    [
      ownTime(profile, 'verbena-koa'),
      'Koa makes its context for each request before Verbena is asked, and Verbena hands its answer to Koa to be sent, so that',
      'middleware sees it: a request pays for two contexts. It would take an adapter that answers past Koa, which no middleware',
      'could then see.',
    ].join(' '),

  'verbena-express': () =>
    [
      'Express makes a request and a response of its own kind and goes through its router before Verbena is asked, and Verbena looks at',
      'what middleware has set before it answers. It would take an adapter that middleware could not reach.',
    ].join(' '),

  'verbena-fastify': ({ profile }) =>
    [
      ownTime(profile, 'verbena-fastify'),
      dearerParts(profile, 'verbena-fastify', 'order'),
      'Fastify finds the route of a wildcard, counts the length of the answer once more, and runs a hook before bodies, which bare routes',
      'do without. The adapter itself is the smallest part: by the profile, one route of Fastify for each plain template, answers past',
      'the hooks of the application, and bodies without a hook would gain a hundredth or less each, and the last two would take from',
      'applications what they are promised. The bare route is given its body parsed, before its handler is called; ours is asked for it,',
      'waits, and may be broken off meanwhile, which takes two promises and a look at the connection. It would take a cheaper exchange',
      'and a cheaper reading of bodies in core, the same as under node:http.',
    ].join(' '),

  factory: () =>
    [
      'A factory is asked for each request and told when the handler is released: two calls into the code of an author that the plain',
      'form has not, and a lease that knows both. It would take leaving out the one or the other.',
    ].join(' '),

  scoped: () =>
    [
      'What a request alone shares is made in a container of its own, which is made with the first such thing, kept until the answer has',
      'gone, and then asked for what is to be disposed. It would take leaving the one or the other to the author.',
    ].join(' '),

  wildcards: () =>
    [
      'All patterns are looked for at once, by an automaton whose states are as many as a pattern is long, in a table larger than the',
      'caches near the processor. It would take shorter patterns, or fewer.',
    ].join(' '),

  pool: () =>
    [
      'A pool counts what it lends, lets those wait who come when all is lent, and drops what has not been used for long. It would take',
      'leaving out the one or the other.',
    ].join(' '),

  search: () =>
    [
      'In a small table there is little to do but to read the path once, which every router does, and HandlerMap ignores the case of',
      'letters meanwhile, which find-my-way by its default does not. It would take code made for each table (`new Function`), as',
      'find-my-way makes some, which the edge forbids.',
    ].join(' '),

  growth: () =>
    [
      'A search among 10,000 does the same steps as one among 10, but where many siblings stand it hashes a segment, and its tables are',
      'larger than the caches near the processor: each segment waits for memory. It would take rows laid out along the tree, where they',
      'now stand in the order of first requests; a slower search among 10 would do as well.',
    ].join(' '),

  start: ({ start: { apps, core, container } }) =>
    [
      `Of the ${megabytes(apps['verbena-node'][10].rssBytes)} MiB, importing core takes ${megabytes(core.rssBytes)}, of which tsyringe and`,
      `reflect-metadata are ${megabytes(container.rssBytes)}; the heap has ${megabytes(apps['verbena-node'][10].heapBytes)}. The rest is what an engine`,
      'needs to read modules, most of all those of CommonJS that ES modules import, as these two are, and memory it has taken for garbage',
      'and keeps. Nothing of Node is loaded that plain HTTP can do without. It would take a container of our own in place of tsyringe:',
      'core published as one file was tried, and gains time but no memory.',
    ].join(' '),

  bundle: ({ start: { bundles } }) => {
    const { modules } = bundles['a handler on @verbena/core'];
    const sum = (pattern) =>
      Object.entries(modules).reduce((bytes, [file, { gzipped }]) => (pattern.test(file) ? bytes + gzipped : bytes), 0);
    return [
      `Core itself is ${kibibytes(sum(/packages\/core\//))} KiB of it, tsyringe and reflect-metadata ${kibibytes(sum(/tsyringe|reflect-metadata/))},`,
      `the other libraries ${kibibytes(sum(/node_modules\/(?!tsyringe|reflect-metadata)/))}. An application reaches its parts by options and declarations,`,
      'so a bundler cannot know that nobody asks for a session, a pool, a wildcard or a check of the graph. It would take an entry',
      'without injection, sessions and the checks at start, which are what Verbena is for.',
    ].join(' ');
  },
};

/** What the bare host has as well, and what is nobody's alone. */
const shared = /^(Node|the operating|the engine|the framework|the handler|collecting)/;

/** How much of a request is Verbena's own code, by the profile. */
function ownTime({ requests }, peer) {
  const works = Object.entries(requests[peer]).map(
    ([work, profile]) => `${ownOf(profile).toFixed(1)} of ${profile.microseconds.toFixed(1)} µs (${work})`,
  );
  return `Verbena's own code takes ${works.join(', ')} of the processor.`;
}

/** How a request to a peer takes longer than one to its bare host, by part, those first that count the most. */
function dearerParts({ requests }, peer, work) {
  const [own, bare] = [requests[peer][work], requests[peers[peer].host][work]];
  const timeOf = ({ parts, microseconds }, part) => (parts[part] ?? 0) * microseconds;
  const dearer = Object.keys(own.parts)
    .filter((part) => shared.test(part))
    .map((part) => [part, timeOf(own, part) - timeOf(bare, part)])
    .sort(([, one], [, other]) => other - one);
  const listed = [["Verbena's own code", ownOf(own) - ownOf(bare)], ...dearer]
    .filter(([, microseconds]) => Math.abs(microseconds) >= 0.1)
    .map(([part, microseconds]) => `${microseconds.toFixed(1)} ${part}`);
  const whole = own.microseconds - bare.microseconds;
  return `Of the ${whole.toFixed(1)} µs that ${work} takes longer than bare ${peers[peers[peer].host].title}, these are the parts: ${listed.join('; ')}.`;
}

/** Microseconds in the code that only one of the two has. */
function ownOf({ parts, microseconds }) {
  const share = Object.entries(parts).reduce((sum, [part, own]) => (shared.test(part) ? sum : sum + own), 0);
  return share * microseconds;
}

function megabytes(bytes) {
  return (bytes / 2 ** 20).toFixed(0);
}

function kibibytes(bytes) {
  return (bytes / 1024).toFixed(1);
}
