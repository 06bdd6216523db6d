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

/** @param language of numbers; undefined for the browser's own */
export function createWording(own: Partial<OperationLabels>, language: string | undefined): Wording {
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
