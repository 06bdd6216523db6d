/** What a path holds at the named places of its pattern, decoded once. It has no prototype, so any name is safe. */
export type PathParams = Readonly<Record<string, string>>;

/** The params of a pattern without names. */
export const NO_PARAMS: PathParams = Object.freeze(Object.create(null) as Record<string, string>);

/** Params without a prototype's members, made by a constructor: what `Object.create(null)` gives is slow to fill (`npm run bench -- --parts matching`). */
export const Params: new () => Record<string, string> = function () {} as unknown as new () => Record<string, string>;
Params.prototype = Object.create(null) as object;
