import { isOurs, peers } from '../load/peers.mjs';

/** The works that the chart has room for. */
const shown = ['hello', 'user', 'order', 'scoped'];
const label = 180;
const column = 165;
const gap = 16;
/** Room for the numbers, behind the longest bar. */
const number = 34;
const row = 22;
const head = 56;

/**
 * A chart of the ratios to the bare hosts: a group for each host, a row for each peer, a column for each work. Bars are medians,
 * the lines on them go from the lowest round to the highest. It follows the reader's choice of light or dark.
 *
 * @param {{ works: Record<string, { programs: Record<string, import('../load/measure.mjs').Measured> }> }} load
 * @returns {string} SVG
 */
export function chartOf({ works }) {
  const columns = shown.filter((work) => work in works);
  const groups = groupsOf(works, columns);
  const most = Math.max(
    1.1,
    ...groups.flatMap(({ rows }) => rows.flatMap(({ ratios }) => ratios.map((ratio) => ratio?.highest ?? 0))),
  );
  const scale = (column - gap - number) / most;
  const body = [];
  let y = head;
  for (const { title, rows } of groups) {
    body.push(text(0, y + 4, `on ${title}`, 'group'));
    y += row;
    for (const { name, ratios, isOurs } of rows) {
      body.push(text(label - 10, y + 11, name, isOurs ? 'name ours' : 'name'));
      ratios.forEach((ratio, index) => body.push(cell(label + index * column, y, ratio, scale, isOurs)));
      y += row;
    }
    y += 14;
  }
  const width = label + columns.length * column;
  const heads = columns.map((work, index) => text(label + index * column, 30, work, 'head'));
  const ones = columns.map((_, index) => {
    const x = place(label + index * column + scale);
    return `<line class="one" x1="${x}" y1="${head - 8}" x2="${x}" y2="${y - 10}"/>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img">`,
    '<title>Requests a second, as a share of what the bare host answers</title>',
    `<style>${style}</style>`,
    text(0, 12, 'Requests a second, as a share of what the bare host answers; more is better', 'caption'),
    ...heads,
    ...ones,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

const style = [
  'text{font:12px system-ui,sans-serif;fill:#1f2328}',
  '.caption{fill:#59636e}',
  '.head,.group{font-weight:600}',
  '.name,.value{text-anchor:end}',
  '.ours{font-weight:600}',
  '.value{font-size:11px;fill:#59636e}',
  '.bar{fill:#9aa4af}',
  '.bar.ours{fill:#7a4fc4}',
  '.spread{stroke:#1f2328;stroke-width:1.5}',
  '.one{stroke:#8b949e;stroke-dasharray:3 3}',
  '@media (prefers-color-scheme:dark){',
  'text{fill:#e6edf3}.caption,.value{fill:#9198a1}',
  '.bar{fill:#5b6570}.bar.ours{fill:#a583e8}.spread{stroke:#e6edf3}.one{stroke:#6e7681}}',
].join('');

function groupsOf(works, columns) {
  const hosts = [...new Set(Object.values(peers).map(({ host }) => host))];
  return hosts
    .map((host) => ({ title: peers[host].title, rows: rowsOf(host, works, columns) }))
    .filter(({ rows }) => rows.length > 0);
}

function rowsOf(host, works, columns) {
  return Object.entries(peers)
    .filter(([name, peer]) => peer.host === host && name !== host)
    .map(([name, { title }]) => ({
      name: title,
      isOurs: isOurs(name),
      ratios: columns.map((work) => works[work].programs[name]?.toHost),
    }))
    .filter(({ ratios }) => ratios.some((ratio) => ratio !== undefined));
}

function cell(x, y, ratio, scale, isOurs) {
  if (ratio === undefined) return text(x + column - gap, y + 11, '–', 'value');
  const { median, lowest, highest } = ratio;
  const at = (value) => place(x + value * scale);
  return [
    `<rect class="${isOurs ? 'bar ours' : 'bar'}" x="${x}" y="${y}" width="${place(median * scale)}" height="14" rx="2"/>`,
    `<line class="spread" x1="${at(lowest)}" y1="${y + 7}" x2="${at(highest)}" y2="${y + 7}"/>`,
    text(x + column - gap, y + 11, median.toFixed(2), 'value'),
  ].join('');
}

function text(x, y, words, kind) {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text class="${kind}" x="${place(x)}" y="${y}">${escaped}</text>`;
}

function place(value) {
  return String(Math.round(value * 10) / 10);
}
