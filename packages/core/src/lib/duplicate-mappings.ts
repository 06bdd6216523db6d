import type { PathAlternative } from './path.js';
import type { ParsedVerb } from './verb.js';

/** A mapping as messages show it. */
