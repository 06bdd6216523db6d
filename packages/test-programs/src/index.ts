export { type ProgramName, requireProgram } from './lib/require-program.js';
