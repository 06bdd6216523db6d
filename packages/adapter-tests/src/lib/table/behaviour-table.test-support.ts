import type { AdapterHost } from '../host.js';
import { planFor } from '../plan.js';
import type { TestOutcome } from '../run-adapter.js';

/** What became of everything a host was to show. */
export interface HostOutcomes {
  readonly name: string;
  readonly outcomes: readonly TestOutcome[];
}

/** What is to become of a host that keeps what it says of itself. */
export function promisedOutcomes(host: AdapterHost): HostOutcomes {
  const outcomes = planFor(host).map(({ topic, name, omission }): TestOutcome => {
    return { topic, name, ...(omission ?? { outcome: 'passed' }) };
  });
  return { name: host.name, outcomes };
}

/** The table and the list of exceptions, in Markdown. */
export function behaviourTable(hosts: readonly HostOutcomes[]): string {
  return [tableOf(hosts), '## Exceptions', ...hosts.flatMap(exceptionsOf)].join('\n\n');
}

function tableOf(hosts: readonly HostOutcomes[]): string {
  const all = hosts.flatMap(({ outcomes }) => outcomes);
  const topics = [...new Set(all.map(({ topic }) => topic))];
  const rows = topics.map((topic) => {
    const ofTopic = hosts.map(({ outcomes }) => outcomes.filter((outcome) => outcome.topic === topic));
    return [topic, String(ofTopic[0]?.length ?? 0), ...ofTopic.map(cellOf)];
  });
  const total = ['together', String(hosts[0]?.outcomes.length ?? 0), ...hosts.map(({ outcomes }) => cellOf(outcomes))];
  return aligned([['topic', 'behaviours', ...hosts.map(({ name }) => `\`${name}\``)], ...rows, total]);
}

function cellOf(outcomes: readonly TestOutcome[]): string {
  const count = (kind: TestOutcome['outcome']): number => outcomes.filter(({ outcome }) => outcome === kind).length;
  const counted = [
    [count('passed'), ''],
    [count('excepted'), ' excepted'],
    [count('failed'), ' failed'],
  ] as const;
  const parts = counted.filter(([number]) => number > 0).map(([number, kind]) => `${number}${kind}`);
  return parts.length === 0 ? '–' : parts.join(', ');
}

/** A table whose columns are as wide as what is in them, so that it can be read as it is. */
function aligned([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const lineOf = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [lineOf(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(lineOf)].join('\n');
}

function exceptionsOf({ name, outcomes }: HostOutcomes): readonly string[] {
  const excepted = outcomes.filter(({ outcome }) => outcome === 'excepted');
  const inapplicable = new Map<string, number>();
  for (const { outcome, reason = '' } of outcomes) {
    if (outcome === 'inapplicable') inapplicable.set(reason, (inapplicable.get(reason) ?? 0) + 1);
  }
  if (excepted.length === 0 && inapplicable.size === 0) return [];
  const lines = [
    ...excepted.map((test) => `* *${test.name}*: ${test.reason}`),
    ...[...inapplicable].map(([reason, count]) => `* ${count} do not apply: ${reason}`),
  ];
  return [`### ${name}`, lines.join('\n')];
}
