import { isDeepStrictEqual } from 'node:util';
import { exchanges } from './exchanges.mjs';
import { faultsIn, missingTypes } from './missing-types.mjs';
import { Program } from './program.mjs';
import { writeProject } from './project.mjs';
import { reasonIn } from './reason.mjs';

/** How long an answer may take, in milliseconds. */
const ANSWER_LIMIT_MS = 20_000;

/** @typedef {import('./forms.mjs').Form} Form */

/**
 * Builds and runs one form with one tool, and asks what comes of it.
 *
 * @param {import('./tools.mjs').Tool} tool
 * @param {Form} form
 * @returns {Promise<string>} `yes`: it gives the expected answers. `needs static inject`: start-up named every parameter whose
 *   type the tool left out, and what to write. `cannot: ` and the tool's reason. `wrong: ` and what is none of these.
 */
export async function measure(tool, form) {
  const folder = writeProject(tool, form);
  const build = tool.build?.(form.decorators);
  if (build !== undefined) {
    const compiler = new Program(build, folder);
    const code = await compiler.ended;
    if (code === null) return 'wrong: the compiler did not end in time';
    if (code !== 0) return failure(compiler.output);
  }
  const server = new Program(tool.start, folder);
  const url = await server.address();
  if (url === undefined) {
    const code = await server.ended;
    if (code === null) return 'wrong: it neither served nor ended in time';
    if (server.output.includes('StartupError')) return startupVerdict(server.output, form);
    return failure(server.output, build === undefined ? '' : ', when Node runs the output');
  }
  const difference = await firstDifference(url).catch((error) => `an answer broke off: ${error.cause ?? error}`);
  const code = await server.stop();
  if (difference !== undefined) return `wrong: ${difference}`;
  return code === 0 ? 'yes' : `wrong: it ended with ${code === null ? 'a kill' : `the code ${code}`}, not by itself`;
}

/**
 * @param {string} output
 * @param {Form} form
 */
function startupVerdict(output, form) {
  const said = faultsIn(output);
  const expected = form.source === 'constructor-types.ts' ? missingTypes(form.decorators === 'older') : [];
  if (isDeepStrictEqual(said, expected)) return 'needs static inject';
  const missing = expected.filter((fault) => !said.includes(fault));
  const surplus = said.filter((fault) => !expected.includes(fault));
  return `wrong: start-up left out [${missing.join('; ')}] and said besides [${surplus.join('; ')}]`;
}

function failure(/** @type {string} */ output, when = '') {
  const reason = reasonIn(output);
  return reason === undefined ? `wrong: it failed for no known reason\n${output}` : `cannot: ${reason}${when}`;
}

/** The first answer that is not the expected one. */
async function firstDifference(/** @type {string} */ url) {
  for (const { ask, json, ...expected } of exchanges) {
    const [method = '', target = ''] = ask.split(' ');
    const content = json === undefined ? {} : { body: json, headers: { 'content-type': 'application/json' } };
    const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
    const response = await fetch(`${url}${target}`, { method, signal, ...content });
    const answer = { status: response.status, headers: fieldsOf(response), body: await response.text() };
    if (!isDeepStrictEqual(answer, expected))
      return `${ask} was answered ${JSON.stringify(answer)} instead of ${JSON.stringify(expected)}`;
  }
  return undefined;
}

/** The header fields that belong to the answer itself. */
function fieldsOf(/** @type {Response} */ { headers }) {
  return Object.fromEntries([...headers].filter(([name]) => !['connection', 'date', 'keep-alive'].includes(name)));
}
