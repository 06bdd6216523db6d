import { fileURLToPath } from 'node:url';

/** Folder of the files that are sent as they are: pages, style sheet, scripts. */
export const publicFolder: string = fileURLToPath(new URL('../public', import.meta.url));
