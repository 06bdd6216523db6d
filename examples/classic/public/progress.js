/** Rest between two questions, in milliseconds. */
const REST_MS = 400;

/** How long the server may take for one answer, in milliseconds. */
const PATIENCE_MS = 10_000;

const run = document.querySelector('.run');
const bar = document.querySelector('#bar');
const percentage = document.querySelector('.run-percent');
const button = document.querySelector('#start');
const status = document.querySelector('#status');
const result = document.querySelector('#result');

button.addEventListener('click', () => void start());
await watch('The server has no run of yours. Start one.');

async function start() {
  show('starting', 0, 'Starting…');
  try {
    // Its answer comes when the session knows of the new run, so whatever is asked from now on is about that one.
    const answer = await fetch('/progress/runs', { method: 'POST', signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  } catch (error) {
    show('idle', 0, `The run could not be started: ${error.message}.`);
    return;
  }
  await watch('The server has lost the run; it was started anew, perhaps. Start another one.');
}

/** Follows the session's run until it is over. */
async function watch(noRun) {
  for (;;) {
    const percent = await askProgress();
    if (percent === undefined) {
      show(run.dataset.state, bar.value, 'The server cannot be reached. Trying again…');
    } else if (Number.isNaN(percent)) {
      show('idle', 0, noRun);
      return;
    } else if (percent === 100) {
      await showResult();
      show('done', 100, 'Finished.');
      return;
    } else {
      show('running', percent, 'Running…');
    }
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
  }
}

/** From 0 to 100; NaN when there is no run; undefined when the server could not be asked. */
async function askProgress() {
  try {
    const answer = await fetch('/progress/GetProgress.ashx', { signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok ? Number(await answer.text()) : undefined;
  } catch {
    return undefined;
  }
}

async function showResult() {
  try {
    const answer = await fetch('/progress/result', { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) return;
    const { file, bytes, sha256 } = await answer.json();
    result.replaceChildren(
      ...describe('File', file),
      ...describe('Size', `${bytes.toLocaleString('en')} bytes`),
      ...describe('SHA-256', sha256),
    );
  } catch {
    // The bar tells that the run is finished; what it found out is asked for again with the next visit.
  }
}

function describe(name, value) {
  const term = document.createElement('dt');
  const description = document.createElement('dd');
  term.textContent = name;
  description.textContent = value;
  return [term, description];
}

/** The one place that changes what is seen. */
function show(state, percent, message) {
  const wasBusy = button.disabled;
  run.dataset.state = state;
  bar.value = percent;
  percentage.textContent = state === 'running' || state === 'done' ? `${percent} %` : '';
  button.disabled = state !== 'idle' && state !== 'done';
  result.hidden = state !== 'done' || result.childElementCount === 0;
  // Said aloud by screen readers, so only when it is news.
  if (status.textContent !== message) status.textContent = message;
  // A disabled button loses the focus to the page.
  if (wasBusy && !button.disabled && document.activeElement === document.body && state === 'done') button.focus();
}
