import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** @import { Answers } from '../dist/serve.js' */

/**
 * A program that listens.
 *
 * @typedef {object} Running
 * @property {number} port
 * @property {<Question extends keyof Answers>(question: Question) => ReturnType<Answers[Question]>} ask
 * @property {() => void} stop
 */

const serve = fileURLToPath(new URL('../dist/serve.js', import.meta.url));

/**
 * Starts a program of a peer.
 *
 * @param {import('./peers.mjs').Program} program
 * @param {string} work
 * @param {readonly string[]} [nodeOptions]
 * @returns {Promise<Running>}
 * @throws {Error} when it ends before it listens, with what it said
 */
export async function startProgram({ peer, form }, work, nodeOptions = []) {
  const child = fork(serve, [peer, work, form], {
    // Programs have one core, wrk has the other.
    execPath: 'taskset',
    execArgv: ['-c', '0', process.execPath, ...nodeOptions],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (piece) => (said = (said + piece).slice(-4000)));
  const message = () =>
    new Promise((resolve, reject) => {
      const ended = () => reject(new Error(`The ${work} of ${peer} (${form}) ended:\n${said}`));
      child.once('exit', ended);
      child.once('message', (received) => {
        child.off('exit', ended);
        resolve(received);
      });
    });
  const { port } = await message();
  return {
    port,
    ask(question) {
      child.send(question);
      return message();
    },
    stop: () => void child.kill('SIGKILL'),
  };
}
