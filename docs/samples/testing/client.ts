/** Sends requests as a browser does: with the cookies of earlier answers. */
export class Client {
  readonly #send: (request: Request) => Promise<Response>;
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  /**
   * @param origin what relative paths are resolved against
   * @param send sends one request. Default: over the network
   */
  constructor(origin: string, send: (request: Request) => Promise<Response> = (request) => fetch(request)) {
    this.#origin = origin;
    this.#send = send;
  }

  get cookies(): ReadonlyMap<string, string> {
    return this.#cookies;
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const request = new Request(new URL(path, this.#origin), { redirect: 'manual', ...init });
    if (this.#cookies.size > 0) request.headers.set('cookie', this.#header());
    const response = await this.#send(request);
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  #header(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (/;\s*(max-age=0|expires=Thu, 01 Jan 1970)/i.test(line)) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}
