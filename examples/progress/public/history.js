import { ask, told } from './server.js';

const table = document.querySelector('#history');
const more = document.querySelector('#more');
const names = { 'make-sample': 'Sample file', 'import-customers': 'Import' };
const states = {
  queued: 'waits',
  running: 'runs',
  cancelling: 'is being cancelled',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'was cancelled',
};
let newest = 0;

/** Lists the visitor's operations, newest first. */
export async function showHistory() {
  newest += 1;
  const turn = newest;
  const { operations, next } = await ask('/operations');
  // Of two that ask at once, the later one knows better.
  if (turn !== newest) return;
  table.tBodies[0].replaceChildren(...operations.map(rowOf));
  table.parentElement.hidden = operations.length === 0;
  document.querySelector('#no-history').hidden = operations.length > 0;
  offerMore(next);
}

function offerMore(next) {
  more.hidden = next === undefined;
  more.onclick = () =>
    told(async () => {
      const page = await ask(`/operations?cursor=${encodeURIComponent(next)}`);
      table.tBodies[0].append(...page.operations.map(rowOf));
      offerMore(page.next);
    });
}

function rowOf({ id, kind, label, state, createdAt, startedAt, endedAt, attempt, links }) {
  const row = document.createElement('tr');
  row.dataset.state = state;
  const took = startedAt && endedAt ? `${((Date.parse(endedAt) - Date.parse(startedAt)) / 1000).toFixed(1)} s` : '';
  const attempts = attempt > 1 ? `, attempt ${attempt}` : '';
  for (const text of [names[kind] ?? kind, label, `${states[state]}${attempts}`, timeOf(createdAt), took])
    row.insertCell().textContent = text;
  const acts = row.insertCell();
  if (endedAt !== undefined) acts.append(forgetButton(id, links.self, row));
  return row;
}

function forgetButton(id, url, row) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'quiet';
  button.textContent = 'Forget';
  const [what, file, , began] = [...row.cells].map(({ textContent }) => textContent);
  button.ariaLabel = `Forget ${what}, ${file}, ${began}`;
  const forget = async () => {
    await ask(url, { method: 'DELETE' });
    document.querySelector('#history-title').focus();
    await showHistory();
  };
  button.addEventListener('click', () => void told(forget));
  return button;
}

function timeOf(moment) {
  return new Date(moment).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
}
