/**
 * Gives an answer of Redis, or rejects when there is none in time. Where the event loop was blocked, what has come meanwhile is read first:
 * it is not Redis that was late.
 */
export async function inTime<Answer>(limitMs: number, answer: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new Error(`No answer for ${limitMs} ms`));
    timer = setTimeout(() => setImmediate(() => setImmediate(giveUp)), limitMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
