import { cardOf } from './file-card.js';
import { showHistory } from './history.js';
import { ask, told } from './server.js';

const upload = document.querySelector('#upload');
const sample = document.querySelector('#sample');
const list = document.querySelector('#files');
const cards = new Map();

upload.addEventListener('submit', (event) => {
  event.preventDefault();
  const [file] = upload.elements.file.files;
  void busy(upload, async () => {
    await ask(`/files?name=${encodeURIComponent(file.name)}`, { method: 'POST', body: file });
    upload.reset();
  });
});

sample.addEventListener('submit', (event) => {
  event.preventDefault();
  const { rows, wrong } = sample.elements;
  const wanted = { rows: Number(rows.value), header: wrong.checked ? 'wrong' : 'right' };
  void busy(sample, () =>
    ask('/samples', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(wanted),
    }),
  );
});

// Another tab may have added, removed or started something.
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void told(refresh);
});
document.addEventListener('files-changed', () => void told(refresh));
document.addEventListener('operation-state', () => void told(showHistory));

await told(refresh);

/** Does what a form asks for, once at a time, and shows what has become of it. */
async function busy(form, act) {
  const button = form.querySelector('button');
  if (button.ariaDisabled === 'true') return;
  button.ariaDisabled = 'true';
  await told(act);
  button.ariaDisabled = 'false';
  await told(refresh);
}

async function refresh() {
  const files = await ask('/files');
  const known = new Set(files.map(({ id }) => id));
  for (const [id, card] of cards) {
    if (known.has(id)) continue;
    card.element.remove();
    cards.delete(id);
  }
  let before = null;
  // From the last to the first, so that cards that stay are never moved: that would interrupt them.
  for (const file of files.toReversed()) {
    let card = cards.get(file.id);
    if (card === undefined) {
      card = cardOf(file);
      cards.set(file.id, card);
      list.insertBefore(card.element, before);
    }
    card.show(file);
    before = card.element;
  }
  document.querySelector('#no-files').hidden = files.length > 0;
  await showHistory();
}
