/** Writes what was measured last into README.md and the guide. */
import { shownParts, readResults } from '../results.mjs';
import { writePages } from './pages.mjs';

const changed = writePages(Object.fromEntries(shownParts.map((part) => [part, readResults(part)])));
console.log(changed.length === 0 ? 'Nothing has changed' : `${changed.join(', ')} written anew`);
