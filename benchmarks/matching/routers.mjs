import { HandlerMap } from '@verbena/core';
import FindMyWay from 'find-my-way';
import { RegExpRouter } from 'hono/router/reg-exp-router';
import { TrieRouter } from 'hono/router/trie-router';
import { addRoute, createRouter, findRoute } from 'rou3';

/** @import { Route } from './table.mjs' */

/**
 * A router that knows a table.
 *
 * @typedef {object} Router
 * @property {(verb: string, path: string) => unknown} find what is measured: the router's own search, as frameworks call it
 * @property {(found: unknown) => { route: number, params: Record<string, string> } | undefined} read what was found
 */

/** @type {Readonly<Record<string, (table: readonly Route[]) => Router>>} */
export const routers = {
  HandlerMap: (table) => mapOf(table),

  'find-my-way': (table) => {
    const router = FindMyWay();
    table.forEach(({ verb, path }, route) => router.on(verb, path, () => {}, { route }));
    return {
      find: (verb, path) => router.find(verb, path),
      read: (found) => (found === null ? undefined : { ...found.store, params: { ...found.params } }),
    };
  },

  rou3: (table) => {
    const router = createRouter();
    table.forEach(({ verb, path }, route) => addRoute(router, verb, path, route));
    return {
      find: (verb, path) => findRoute(router, verb, path),
      read: (found) => (found === undefined ? undefined : { route: found.data, params: { ...found.params } }),
    };
  },

  RegExpRouter: (table) => honoRouter(new RegExpRouter(), table),

  TrieRouter: (table) => honoRouter(new TrieRouter(), table),
};

/**
 * @param {readonly Route[]} table
 * @param {ConstructorParameters<typeof HandlerMap>[1]} [options]
 * @returns {Router}
 */
export function mapOf(table, options) {
  const map = new HandlerMap(
    table.map(({ verb, path }, route) => ({ name: path, verb, path, target: route })),
    options,
  );
  return {
    find: (verb, path) => map.find(verb, path),
    read: (found) => (found === undefined ? undefined : { route: found.mapping.target, params: { ...found.params } }),
  };
}

/** Hono's routers give places of parameters in a list; Hono reads the list when a handler asks. */
function honoRouter(router, table) {
  table.forEach(({ verb, path }, route) => router.add(verb, path, route));
  return {
    find: (verb, path) => router.match(verb, path),
    read: ([handlers, values]) => {
      // Of those that fit, Hono runs the first declared first.
      if (handlers.length === 0) return undefined;
      const [route, places] = handlers[0];
      const params = Object.entries(places).map(([name, place]) => [name, values ? values[place] : place]);
      return { route, params: Object.fromEntries(params) };
    },
  };
}
