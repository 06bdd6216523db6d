import { singleton } from 'tsyringe';

export interface Order {
  readonly number: number;
  readonly item: string;
}

/** The orders of this process. */
@singleton()
export class Orders {
  readonly #orders: Order[] = [];

  place(item: string): Order {
    const order = { number: this.#orders.length + 1, item };
    this.#orders.push(order);
    return order;
  }

  all(): readonly Order[] {
    return this.#orders;
  }
}
