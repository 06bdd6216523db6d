export { freePort } from './lib/free-port.js';
export { type ProgramName, requireProgram } from './lib/require-program.js';
