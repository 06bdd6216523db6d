export { ImportPage, type Seen } from './testing/import-page.js';
export { Program } from './testing/program.js';
export { importedNumbers, temporaryFolder } from './testing/folder.js';
export { until } from './testing/until.js';
export { faultyAmong } from './sample-customers.js';
