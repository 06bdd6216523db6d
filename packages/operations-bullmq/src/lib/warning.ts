/** Told of what works less well than it should. */
export type OnWarning = (message: string) => void;
