import { SeededRandom } from '../random.js';
import { draftFaults } from './draft-faults.js';
import type { Fault } from './fault.js';
import { CRLF, properRequest, textOf } from './request-draft.js';
import { textFaults } from './text-faults.js';

/** From which every malformed request is made, with its number. */
export const MALFORMED_SEED = 20_261_121;

/** Bytes that no host should be sent, and may be sent all the same. */
export interface MalformedRequest {
  /** What was done to a proper request. */
  readonly faults: readonly string[];
  /** What is sent, piece by piece; each character stands for one byte. */
  readonly pieces: readonly string[];
  /** Whether the request it was made of asks for no content. */
  readonly isHead: boolean;
}

/** The malformed request of this number: the same at any time, and whatever came before it. */
export function malformedRequest(number: number, seed: number = MALFORMED_SEED): MalformedRequest {
  const random = new SeededRandom(seed + number * 7919);
  const draft = properRequest(random);
  const isHead = draft.verb === 'HEAD';
  const faults: string[] = [];
  const spoil = <Target>(fault: Fault<Target>, target: Target): void => {
    faults.push(fault.name);
    fault.commit(target, random);
  };
  const text = { value: '' };
  const spoilsDraft = random.below(4) > 0;
  if (spoilsDraft) for (let count = 1 + random.below(2); count > 0; count -= 1) spoil(random.pick(draftFaults), draft);
  text.value = textOf(draft);
  if (!spoilsDraft || random.below(4) === 0) spoil(random.pick(textFaults), text);
  if (random.below(4) === 0) text.value += `GET /after HTTP/1.1${CRLF}Host: verbena.test${CRLF}${CRLF}`;
  return { faults, pieces: inPieces(text.value, random), isHead };
}

/** Cuts what is sent at up to three places, so that no host can count on getting a head in one piece. */
function inPieces(text: string, random: SeededRandom): readonly string[] {
  const cuts = Array.from({ length: random.below(4) }, () => random.below(text.length + 1)).sort((a, b) => a - b);
  return [0, ...cuts]
    .map((start, index) => text.slice(start, cuts[index] ?? text.length))
    .filter((piece) => piece !== '');
}
