/** Text that is markup already, so that it is not escaped again. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What may stand in a {@link markup} template: text and numbers are escaped, markup stands as it is. */
export type MarkupValue = string | number | Markup | readonly Markup[];

/** Template tag for HTML and XML: everything put into it is escaped, for content and for quoted attributes alike. */
export function markup(parts: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  return new Markup(parts.reduce((text, part, index) => text + asMarkup(values[index - 1] ?? '') + part));
}

function asMarkup(value: MarkupValue): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
