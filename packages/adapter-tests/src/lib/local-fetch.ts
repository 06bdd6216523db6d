/**
 * Asks a function that answers web-standard requests, and stands between the two as a network would: when the request
 * is aborted, asking rejects, and a body under way is cancelled on the one side and broken off on the other.
 */
export async function fetchLocally(
  answer: (request: Request) => Promise<Response>,
  request: Request,
): Promise<Response> {
  const { signal } = request;
  const response = await new Promise<Response>((resolve, reject) => {
    const leave = (): void => reject(signal.reason as Error);
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    answer(request).then(resolve, reject);
  });
  const { status, headers, body } = response;
  return body === null ? response : new Response(breakable(body, signal), { status, headers });
}

/** The same body, cancelled and broken off when the signal aborts. */
function breakable(body: ReadableStream<Uint8Array>, signal: AbortSignal): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const breakOff = (): void => {
          reader.cancel().catch(() => {});
          controller.error(signal.reason);
        };
        if (signal.aborted) breakOff();
        else signal.addEventListener('abort', breakOff, { once: true });
      },
      async pull(controller) {
        const { done, value } = await reader.read();
        if (signal.aborted) return;
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await reader.cancel();
      },
    },
    { highWaterMark: 0 },
  );
}
