import { english, type OperationLabels } from './labels.js';
import type { OperationProgress } from './record.js';

/** Says things in one language: that of the labels, and of the numbers in them. */
export interface Wording {
  readonly labels: OperationLabels;
  /** Never rounded up, so that 100 % is the end. */
  percent(value: number): string;
  /** How much is done; nothing when that is not known. */
  amount(progress: OperationProgress): string;
  /** Seconds below ten, then steps of five, then minutes. */
  remaining(ms: number): string;
  restarted(attempt: number): string;
}

/** @param lang what the page says is the language of numbers; the browser's own where it says nothing, or no language */
export function createWording(own: Partial<OperationLabels>, lang: string | undefined): Wording {
  let language: string | undefined;
  try {
    [language] = Intl.getCanonicalLocales(lang);
  } catch {
    // Many pages say `en_US`, or nothing between the quotes.
  }
  const labels = { ...english, ...own };
  const number = (value: number, options?: Intl.NumberFormatOptions): string => value.toLocaleString(language, options);
  return {
    labels,
    percent: (value) => number(Math.floor(value * 100) / 100, { style: 'percent' }),
    restarted: (attempt) => labels.restarted.replace('{}', number(attempt)),

    amount({ done, total, unit = '' }) {
      const whole = total === undefined ? '' : ` / ${number(total)}`;
      return done === undefined ? '' : `${number(done)}${whole} ${unit}`;
    },

    remaining(ms) {
      const seconds = Math.ceil(ms / 1000) || 1;
      const step = seconds < 10 ? 1 : seconds < 56 ? 5 : 60;
      const time = Math.ceil(seconds / step) * step;
      const [count, unit] = step < 60 ? [time, 'second'] : [time / 60, 'minute'];
      return labels.remaining.replace('{}', number(count, { style: 'unit', unit, unitDisplay: 'long' }));
    },
  };
}
