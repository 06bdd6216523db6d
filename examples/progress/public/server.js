const notice = document.querySelector('#notice');

/** What the server refused, in words of its own. */
class Refused extends Error {}

/** Makes a request and gives the JSON of its answer. */
export async function ask(url, init) {
  const answer = await fetch(url, init);
  const isJson = /\bjson\b/.test(answer.headers.get('content-type') ?? '');
  const body = isJson ? await answer.json() : undefined;
  if (!answer.ok) throw new Refused(body?.detail ?? body?.title ?? `The server answered ${answer.status}`);
  return body;
}

/** Does something, and tells on the page when that fails. */
export async function told(act) {
  try {
    await act();
    if (notice.textContent !== '') notice.textContent = '';
  } catch (error) {
    notice.textContent = error instanceof Refused ? error.message : 'The server cannot be reached. Please try again.';
    if (!(error instanceof Refused || error instanceof TypeError)) throw error;
  }
}
