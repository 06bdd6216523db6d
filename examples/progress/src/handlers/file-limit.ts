/** Largest file that is taken. */
export const FILE_LIMIT_BYTES = 1_000_000_000;
