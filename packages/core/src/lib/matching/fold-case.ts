const CONTEXT_SENSITIVE = /[\u0130\u03a3]/;

/**
 * Text without letter case, for comparing. Letters are lower-cased one by one whatever stands beside them, so the result
 * is as long as the text and a part of the text folds to the same part of the result.
 */
export function foldCase(text: string): string {
  const lower = text.toLowerCase();
  if (lower === text) return text;
  // Lower-casing a whole string lengthens U+0130, and turns a capital sigma into another letter at the end of a word.
  return CONTEXT_SENSITIVE.test(text) ? foldEachLetter(text) : lower;
}

function foldEachLetter(text: string): string {
  let folded = '';
  for (const letter of text) {
    const lower = letter.toLowerCase();
    folded += lower.length === letter.length ? lower : letter;
  }
  return folded;
}
