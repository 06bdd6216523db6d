import type { LocalServer } from './local-server.js';

/** A client that keeps the cookies it is given. */
export class Visitor {
  readonly cookies: Map<string, string> = new Map();
  readonly #server: Pick<LocalServer, 'url'>;

  constructor(server: Pick<LocalServer, 'url'>) {
    this.#server = server;
  }

  /** Asks with the cookies it has, and keeps those it gets. */
  async get(path: string): Promise<Response> {
    const cookie = Array.from(this.cookies, ([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(this.#server.url + path, { headers: cookie === '' ? {} : { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** The text of an answer, whatever its status. */
  async text(path: string): Promise<string> {
    return (await this.get(path)).text();
  }

  /** Takes over the cookies of another client. */
  take({ cookies }: Visitor): void {
    for (const [name, value] of cookies) this.cookies.set(name, value);
  }
}
