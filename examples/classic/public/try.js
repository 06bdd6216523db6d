const dialog = document.querySelector('.exchange');
const title = dialog.querySelector('h2');
const status = dialog.querySelector('.exchange-status');
const fields = dialog.querySelector('dl');
const body = dialog.querySelector('pre');

for (const form of document.querySelectorAll('form[data-verb]')) {
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void exchange(form.dataset.verb, form.getAttribute('action'), form.dataset.range);
  });
}

/** Makes a request and shows its answer as it comes. */
async function exchange(verb, href, range) {
  const leaving = new AbortController();
  title.textContent = `${verb} ${href}`;
  status.textContent = 'Waiting for the answer…';
  delete status.dataset.kind;
  fields.replaceChildren();
  body.textContent = '';
  dialog.showModal();
  // Closing it before the end is what a client does that loses patience.
  dialog.addEventListener('close', () => leaving.abort(), { once: true });
  try {
    const answer = await fetch(href, { method: verb, headers: range ? { range } : {}, signal: leaving.signal });
    status.textContent = `${answer.status} ${answer.statusText}`;
    status.dataset.kind = answer.ok ? 'good' : 'bad';
    fields.replaceChildren(...[...answer.headers].flatMap(([name, value]) => describe(name, value)));
    for await (const text of chunksOf(answer)) body.textContent += text;
    if (body.textContent === '') body.textContent = 'No body';
  } catch (error) {
    if (leaving.signal.aborted) return;
    status.textContent = `No answer: ${error.message}`;
    status.dataset.kind = 'bad';
  }
}

async function* chunksOf(answer) {
  if (answer.body === null) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

function describe(name, value) {
  const term = document.createElement('dt');
  const description = document.createElement('dd');
  term.textContent = name;
  description.textContent = value;
  return [term, description];
}
