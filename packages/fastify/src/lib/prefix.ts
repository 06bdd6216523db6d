import type { FastifyInstance } from 'fastify';

/**
 * What takes the prefix of a plugin off the paths of its requests. Fastify compares paths decoded, and as its options say
 * without letter case or repeated slashes, while the rest is wanted as the client sent it: so the segments of the prefix are
 * counted where they are not literally there.
 */
export function belowPrefix(fastify: Pick<FastifyInstance, 'prefix' | 'initialConfig'>): (path: string) => string {
  const { ignoreDuplicateSlashes, routerOptions } = fastify.initialConfig;
  const joinsSlashes = ignoreDuplicateSlashes === true || routerOptions?.ignoreDuplicateSlashes === true;
  const prefix = (joinsSlashes ? fastify.prefix.replace(/\/{2,}/g, '/') : fastify.prefix).replace(/\/$/, '');
  if (prefix === '') return (path) => path;
  const segments = prefix.split('/').length - 1;
  // To Fastify, a path ends at a number sign.
  const leading = new RegExp(`^(?:${joinsSlashes ? '/+[^/#]+' : '/[^/#]*'}){${segments}}`);
  return (path) => {
    const isLiteral = path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/');
    const rest = isLiteral ? path.slice(prefix.length) : path.replace(leading, '');
    return rest.startsWith('/') ? rest : `/${rest}`;
  };
}
