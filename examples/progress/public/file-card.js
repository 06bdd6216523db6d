import { ask, told } from './server.js';

const template = document.querySelector('#file');
const labels = { 'make-sample': 'Making the file', 'import-customers': 'Importing' };

/** A file of the list, with the operation that works on it. */
export function cardOf({ id, name }) {
  const element = template.content.firstElementChild.cloneNode(true);
  const find = (selector) => element.querySelector(selector);
  const progress = find('operation-progress');
  const [begin, download, remove, report] = ['.import', '.download', '.remove', '.report'].map(find);
  const title = find('h3');
  let bytes;
  let operation;
  title.textContent = name;
  title.id = `file-${id}`;
  for (const act of [begin, download, remove]) act.setAttribute('aria-describedby', title.id);
  download.href = `/files/${id}`;
  report.download = `refused rows of ${name}`;

  begin.addEventListener('click', () => void told(start));
  progress.addEventListener('operation-retry', () => void told(start));
  progress.addEventListener('operation-state', ({ detail }) => {
    ({ operation } = detail);
    offer();
    if (detail.over) document.dispatchEvent(new Event('files-changed'));
  });
  // Somebody has forgotten it; the file is still there.
  progress.addEventListener('operation-gone', () => {
    operation = undefined;
    offer();
  });
  remove.addEventListener('click', () => void told(removed));
  find('.mend input').addEventListener('change', ({ target }) => void told(() => mended(target)));

  return {
    element,

    /** Shows the file as the server knows it. */
    show(file) {
      ({ bytes } = file);
      find('.size').textContent = bytes === undefined ? '' : sizeOf(bytes);
      const latest = file.operation;
      if (latest !== undefined && progress.dataset.operation !== latest.id) watch(latest);
      offer();
    },
  };

  function watch(newer) {
    const isImport = newer.kind === 'import-customers';
    operation = newer;
    progress.dataset.operation = newer.id;
    progress.setAttribute('label', labels[newer.kind] ?? newer.kind);
    progress.toggleAttribute('retryable', isImport);
    report.hidden = !isImport;
    report.href = `/operations/${newer.id}/result`;
    progress.setAttribute('src', `/operations/${newer.id}`);
  }

  /** Shows what can be done with the file as things are. */
  function offer() {
    const { kind, state, endedAt } = operation ?? {};
    const isFree = operation === undefined || endedAt !== undefined;
    const wasImported = kind === 'import-customers';
    progress.hidden = operation === undefined;
    begin.hidden = !isFree || bytes === undefined || (wasImported && state === 'failed');
    begin.textContent = wasImported ? 'Import again' : 'Import';
    download.hidden = bytes === undefined;
    remove.hidden = !isFree;
  }

  async function start() {
    const hadFocus = document.activeElement === begin;
    watch(await ask(`/files/${id}/import`, { method: 'POST' }));
    offer();
    // The button is gone with what it was for; the focus stays with the file.
    if (hadFocus) title.focus();
    document.dispatchEvent(new Event('files-changed'));
  }

  async function mended(input) {
    const [file] = input.files;
    await ask(`/files/${id}`, { method: 'PUT', body: file });
    input.value = '';
    await start();
  }

  async function removed() {
    await ask(`/files/${id}`, { method: 'DELETE' });
    document.querySelector('#files-title').focus();
    document.dispatchEvent(new Event('files-changed'));
  }
}

function sizeOf(bytes) {
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'kilobyte'] : [bytes / 1e6, 'megabyte'];
  return value.toLocaleString('en', { style: 'unit', unit, maximumFractionDigits: value < 10 ? 1 : 0 });
}
