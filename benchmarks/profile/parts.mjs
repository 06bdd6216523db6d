/**
 * What a file is for, in a reader's words: the first line that fits. Profiles and bundles are told apart by the same ones.
 *
 * @type {readonly (readonly [RegExp, string])[]}
 */
const parts = [
  [/\/benchmarks\/dist\//, 'the handler itself'],
  [/\/core\/dist\/lib\/matching\//, 'finding the mapping'],
  [
    /\/core\/dist\/(injection|lib\/(injection\/.*|scope|recipes|assembly|container-.*|injection-.*|pool|lease|factory.*|function-source|disposal|target|token))\.js/,
    'injection, pools, factories',
  ],
  [/\/(tsyringe|reflect-metadata|tslib)\//, 'tsyringe, reflect-metadata'],
  [/\/core\/dist\/lib\/(.*body|form|multipart|declared-length)\.js/, 'reading the body'],
  [/\/(secure-json-parse|content-type|@remix-run)\//, 'reading the body'],
  [/\/core\/dist\/lib\/(session|.*-session|session-turns|memory-store)\.js/, 'sessions'],
  [
    /\/core\/dist\/lib\/(result|response|.*answer.*|node\/node-answer|head|headers|length|media-type|started-iterable|problem|http-exception)\.js/,
    'making the answer',
  ],
  [/\/(negotiator|statuses)\//, 'making the answer'],
  [/\/(core\/dist\/lib\/cookies\.js|cookie\/)/, 'cookies'],
  [
    /\/core\/dist\/lib\/(decorators\/.*|declaration.*|.*-problems|site|class|default-handlers|begin-end|handler-types|parameter-name)\.js/,
    'declarations and their checks',
  ],
  [/\/packages\/(node|koa|express|fastify)\/dist\//, 'the adapter'],
  [/\/core\/dist\//, 'request and context'],
  [
    /^node:(_http_outgoing|net|internal\/(http|stream_base_commons|streams\/(writable|end-of-stream|destroy)))$/,
    'Node: sending',
  ],
  [/^node:/, 'Node: all else'],
  [/\/node_modules\//, 'the framework'],
];

/**
 * @param {string} file a path or an address
 * @returns {string} what it is for
 */
export function partOf(file) {
  return parts.find(([pattern]) => pattern.test(file))?.[1] ?? 'all else';
}
