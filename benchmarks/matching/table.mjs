/**
 * Tables of routes as an application that grows would have them, and requests for them.
 *
 * @typedef {{ verb: string, path: string }} Route
 * @typedef {{ verb: string, path: string, route: number | undefined, params: Record<string, string> }} Asked what is asked, and
 *   the number of the route that must be found; none for a miss
 */

const nouns =
  'account address asset audit basket branch carrier catalogue category claim comment contract coupon course customer delivery device draft entry event'.split(
    ' ',
  );
const kinds =
  'active archived billing central daily digital external family foreign general guest hidden internal local managed mobile monthly national office online partner private public regional retail seasonal shared special team weekly'.split(
    ' ',
  );

/**
 * Ten routes for each resource: five verbs; no, one and two parameters. None has a literal beside a
 * parameter (`/users/me`, `/users/:id`), which Hono's RegExpRouter does not take.
 */
const shapes = [
  ['GET', ''],
  ['POST', ''],
  ['GET', '.csv'],
  ['GET', '/:id'],
  ['PUT', '/:id'],
  ['DELETE', '/:id'],
  ['GET', '/:id/notes'],
  ['POST', '/:id/notes'],
  ['GET', '/:id/notes/:note'],
  ['PATCH', '/:id/notes/:note'],
];

/**
 * @param {number} size a multiple of ten
 * @returns {Route[]}
 */
export function tableOf(size) {
  return Array.from({ length: size / shapes.length }, (_, resource) => rootOf(resource)).flatMap((root) =>
    shapes.map(([verb, rest]) => ({ verb, path: root + rest })),
  );
}

function rootOf(resource) {
  const noun = nouns[resource % nouns.length];
  const kind = kinds[Math.floor(resource / nouns.length) % kinds.length];
  const version = 1 + Math.floor(resource / (nouns.length * kinds.length));
  return `/api/v${version}/${kind}/${noun}s`;
}

/**
 * 1,000 requests in the same shuffled order every time: hits all over the table, and a tenth of misses.
 *
 * @param {readonly Route[]} table
 * @returns {Asked[]}
 */
export function requestsFor(table) {
  const random = randomNumbers(20);
  const asked = Array.from({ length: 1000 }, (_, index) => {
    const route = Math.floor(((index + random()) * table.length) / 1000);
    const { verb, path } = table[route];
    if (index % 10 === 9) return missNear(verb, path, index);
    const params = Object.fromEntries(
      [...path.matchAll(/:(\w+)/g)].map(([, name]) => [name, String(1 + Math.floor(random() * 100_000))]),
    );
    return { verb, path: flat(path.replace(/:(\w+)/g, (_all, name) => params[name])), route, params };
  });
  return asked
    .map((request) => ({ request, place: random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ request }) => request);
}

/** Paths that begin like routes: an unknown resource, an unknown end, and one segment too many. */
function missNear(verb, path, index) {
  const [, api, version, kind, noun] = path.split('/');
  const paths = [
    `/${api}/${version}/${kind}/${noun}x`,
    `/${api}/${version}/${kind}/${noun}/12/remarks`,
    `/${api}/${version}/${kind}/${noun}/12/notes/3/more`,
  ];
  return { verb, path: flat(paths[index % paths.length]), route: undefined, params: {} };
}

/** As a path arrives from a socket: in one piece, not as the pieces it was put together from. */
function flat(text) {
  return Buffer.from(text).toString('latin1');
}

/** Numbers from 0 to 1, the same after the same seed (a linear congruential generator). */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * 1,000 wildcard patterns, and requests for them.
 *
 * @returns {{ table: Route[], requests: Asked[] }}
 */
export function wildcards() {
  const table = Array.from({ length: 1000 }, (_, index) => ({
    verb: ['GET', '*', 'GET,POST'][index % 3],
    path: `*/${nouns[index % nouns.length]}${index}/*.${['ashx', 'sync', 'axd', 'report'][index % 4]}`,
  }));
  const requests = Array.from({ length: 1000 }, (_, index) => {
    const route = (index * 7) % 1000;
    const path = flat(table[route].path.replace('*', '/any/where').replace('*', `page${index}`));
    return index % 10 === 9
      ? { verb: 'GET', path: flat(`${path}x`), route: undefined, params: {} }
      : { verb: 'GET', path, route, params: {} };
  });
  return { table, requests };
}
