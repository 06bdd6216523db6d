/** What the works are about, the same under every framework; each decorates these classes in its own way. */
export class Greeter {
  greet(): string {
    return 'Hello';
  }
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
}

export class Users {
  find(id: string): User {
    return { id, name: 'Ada Lovelace', roles: ['author', 'reader'] };
  }
}

export interface Order {
  readonly item: string;
  readonly quantity: number;
}

export interface Receipt extends Order {
  readonly total: number;
}

export class Orders {
  take({ item, quantity }: Order): Receipt {
    return { item, quantity, total: quantity * 3 };
  }
}

export interface Report {
  readonly id: string;
  readonly title: string;
}

export class Reports {
  show(id: string): Report {
    return { id, title: 'All is well' };
  }

  drop(id: string): Report {
    return { id, title: 'Dropped' };
  }
}

/** One per request: a second request that met the basket of the first would answer another sum. */
export class Basket {
  #lines = 0;
  #total = 0;

  add(price: number): void {
    this.#lines += 1;
    this.#total += price;
  }

  sum(): { readonly lines: number; readonly total: number } {
    return { lines: this.#lines, total: this.#total };
  }
}

/** Puts the same two things into any basket. */
export function fill(basket: Basket): ReturnType<Basket['sum']> {
  basket.add(5);
  basket.add(7);
  return basket.sum();
}

export const textType = 'text/plain; charset=utf-8';
export const visitor = 'Ada';
/** For those frameworks that sign or seal their sessions. */
export const secret = 'known to all who measure, and to nobody else';

const chunk = 'x'.repeat(1023) + '\n';

/** The body of the stream: 64 pieces of 1 KiB. */
export async function* chunks(): AsyncGenerator<string> {
  for (let count = 0; count < 64; count += 1) yield chunk;
}
