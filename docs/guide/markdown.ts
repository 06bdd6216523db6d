/** A block of code that stands in a page itself. */
export interface Fence {
  readonly language: string;
  readonly code: string;
  /** The line before the block. */
  readonly lead: string;
}

/** What `<<< @/samples/hello.ts#all` asks for. */
export interface Include {
  /** Path below `docs`. */
  readonly file: string;
  /** Undefined for the whole file. */
  readonly region: string | undefined;
}

/** The blocks of code of a page, in order. */
export function fencesOf(page: string): readonly Fence[] {
  return [...page.matchAll(/(?:^|(?<=\n))(?:(.*)\n)?```(\w*)[^\n]*\n([\s\S]*?)```/g)].map(
    ([, lead = '', language = '', code = '']) => ({ lead, language, code }),
  );
}

/** The parts of samples that a page includes, in order. */
export function includesOf(page: string): readonly Include[] {
  return [...page.matchAll(/^<<< (\S+)/gm)].map(([, target = '']) => {
    const [, file = target, region] = /^@\/([^#{\s]+)(?:#([\w-]+))?$/.exec(target) ?? [];
    return { file, region };
  });
}

/** Where the links of a page lead, as written; code is no link. */
export function linksOf(page: string): readonly string[] {
  const prose = page.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The places in a page that links can name. */
export function anchorsOf(page: string): readonly string[] {
  return [...page.replace(/```[\s\S]*?```/g, '').matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, '')
      .trim()
      .replace(/\s+/g, '-'),
  );
}

/** The lines between the markers of a region, without markers of others; undefined when there is no such region. */
export function regionOf(source: string, region: string): string | undefined {
  const lines = source.split('\n');
  const start = lines.indexOf(`// #region ${region}`);
  const end = lines.indexOf(`// #endregion ${region}`, start);
  if (start < 0 || end < 0) return undefined;
  const inside = lines.slice(start + 1, end).filter((line) => !/^\s*\/\/ #(end)?region /.test(line));
  return `${inside.join('\n')}\n`;
}
