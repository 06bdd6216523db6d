import { isDeepStrictEqual } from 'node:util';

/**
 * Has a router answer every request once.
 *
 * @param {string} name of the router
 * @param {import('./routers.mjs').Router} router
 * @param {readonly import('./table.mjs').Asked[]} requests
 * @throws {Error} when it finds another route or other params
 */
export function checkAgreement(name, router, requests) {
  for (const { verb, path, route, params } of requests) {
    const found = router.read(router.find(verb, path));
    const wanted = route === undefined ? undefined : { route, params };
    if (isDeepStrictEqual(found, wanted)) continue;
    throw new Error(`${name} finds ${JSON.stringify(found)} for ${verb} ${path} instead of ${JSON.stringify(wanted)}`);
  }
}
