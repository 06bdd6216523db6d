/**
 * Whether a server has made a request of a class of its own, as those on top of Node do. Its length is then true, as a parser
 * has framed the body; and its body and its signal are made when they are asked for, and cost more than the whole request
 * (`npm run bench`, order in Hono).
 *
 * One made with `new Request()`, as by middleware that decompresses, has the length it was told to have. Those of Bun, Deno and
 * Workers cannot be told from one.
 */
export function isOfServer(request: Request): boolean {
  return Object.getPrototypeOf(request) !== Request.prototype;
}
