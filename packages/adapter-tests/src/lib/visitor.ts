import { mayReject } from './rejection.js';
import type { Served } from './stage.js';

/** A client that keeps cookies, as a browser does. */
export class Visitor {
  readonly cookies: Map<string, string> = new Map();
  readonly #served: Served;

  constructor(served: Served) {
    this.#served = served;
  }

  /** Asks with the cookies it has, and keeps those it gets. */
  readonly fetch = (path: string, init: RequestInit = {}): Promise<Response> => mayReject(this.#ask(path, init));

  /** The text of an answer that must be 200. */
  readonly text = (path: string): Promise<string> => mayReject(this.#textOf(path));

  async #ask(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.cookies.size > 0) headers.set('cookie', [...this.cookies].map((pair) => pair.join('=')).join('; '));
    const response = await this.#served.fetch(path, { ...init, headers });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  async #textOf(path: string): Promise<string> {
    const response = await this.fetch(path);
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path} was to answer 200, and answered ${response.status}: ${text}`);
    return text;
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals);
    const isWithdrawn = attributes.some((attribute) => {
      const [key, value = ''] = attribute.toLowerCase().split('=');
      return key === 'max-age' ? Number(value) <= 0 : key === 'expires' && Date.parse(value) <= Date.now();
    });
    if (isWithdrawn) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(equals + 1));
  }
}
