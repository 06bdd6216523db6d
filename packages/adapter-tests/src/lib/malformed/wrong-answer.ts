/** Why what came back is neither an answer nor a refusal; undefined when it is. */
export function wrongAnswerIn(received: string, isHead: boolean): string | undefined {
  for (let rest = received; rest !== ''; ) {
    const [head = '', ...bodies] = rest.split('\r\n\r\n');
    const content = bodies.join('\r\n\r\n');
    const [first = '', ...lines] = head.split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1]);
    if (bodies.length === 0 || Number.isNaN(status))
      return `no answer in HTTP/1.1 but ${JSON.stringify(rest.slice(0, 100))}`;
    if (status === 500) return `an error of the server: ${JSON.stringify(rest.slice(0, 500))}`;
    const odd = lines.find((line) => !/^[!#$%&'*+.^_`|~\w-]+:[^\0\r\n]*$/.test(line));
    if (odd !== undefined) return `an answer with the header line ${JSON.stringify(odd)}`;
    if (isHead) return undefined;
    const length = lengthOf(lines, content, status);
    if (length === undefined) return `an answer that is cut short: ${JSON.stringify(rest.slice(0, 200))}`;
    rest = content.slice(length);
  }
  return undefined;
}

/** How long the content of an answer is, as sent; undefined when it is not all there. */
function lengthOf(lines: readonly string[], content: string, status: number): number | undefined {
  if (status < 200 || status === 204 || status === 304) return 0;
  const fields = lines.join('\n').toLowerCase();
  const [, named] = /^content-length: *(\d+)$/m.exec(fields) ?? [];
  if (named !== undefined) return Number(named) <= content.length ? Number(named) : undefined;
  if (!/^transfer-encoding: *chunked$/m.test(fields)) return content.length;
  const end = content.indexOf('0\r\n\r\n');
  return end < 0 ? undefined : end + 5;
}
