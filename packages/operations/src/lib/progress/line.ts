/** What ends a line, or does worse on a terminal. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** A text as one line of at most so many characters; half of a surrogate pair does not stay. */
export function lineOf(text: string, limit: number): string {
  // Cut first: a text may be of any length.
  const line = text.slice(0, limit).replace(CONTROL, ' ');
  const last = line.charCodeAt(line.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? line.slice(0, -1) : line;
}
