import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Page, style sheet and script. */
export const publicFolder: string = fileURLToPath(new URL('../public', import.meta.url));

/** The modules of `@verbena/client`. */
export const clientFolder: string = dirname(fileURLToPath(import.meta.resolve('@verbena/client/element')));
