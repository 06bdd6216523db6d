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
  title.textContent = name;
  title.id = `file-${id}`;
  for (const button of [begin, remove]) button.setAttribute('aria-describedby', title.id);
  download.href = `/files/${id}`;
  download.setAttribute('aria-describedby', title.id);
  report.download = `refused rows of ${name}`;

  begin.addEventListener('click', () => void told(start));
  progress.addEventListener('operation-retry', () => void told(start));
  progress.addEventListener('operation-state', ({ detail }) => {
    settle(detail.operation);
    if (detail.over) document.dispatchEvent(new Event('files-changed'));
  });
  remove.addEventListener('click', () => void told(removed));
  find('.mend input').addEventListener('change', ({ target }) => void told(() => mended(target)));

  return {
    element,

    /** Shows how the file is now. */
    show({ bytes, operation }) {
      find('.size').textContent = bytes === undefined ? '' : sizeOf(bytes);
      progress.hidden = operation === undefined;
      if (operation !== undefined && progress.dataset.operation !== operation.id) watch(operation);
      if (operation === undefined) settle();
    },
  };

  function watch({ id: operation, kind }) {
    progress.dataset.operation = operation;
    progress.setAttribute('label', labels[kind] ?? kind);
    progress.toggleAttribute('retryable', kind === 'import-customers');
    report.hidden = kind !== 'import-customers';
    report.href = `/operations/${operation}/result`;
    settle({ state: 'queued' });
    progress.setAttribute('src', `/operations/${operation}`);
  }

  /** Offers what can be done with the file in a state of its operation. */
  function settle({ kind, state, endedAt } = {}) {
    const isFree = state === undefined || endedAt !== undefined;
    const isMade = kind !== 'make-sample' || state === 'succeeded';
    element.dataset.state = state ?? 'new';
    begin.hidden = !isFree || !isMade || (kind === 'import-customers' && state === 'failed');
    begin.textContent = kind === 'import-customers' ? 'Import again' : 'Import';
    download.hidden = !isMade;
    remove.hidden = !isFree;
  }

  async function start() {
    const hadFocus = document.activeElement === begin;
    const operation = await ask(`/files/${id}/import`, { method: 'POST' });
    progress.hidden = false;
    watch(operation);
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
