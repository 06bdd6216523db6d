import { createApp, defineHandler, type HttpContext, type HttpHandler } from '@verbena/core';

// #region graph
export class Clock {
  hour() {
    return new Date().getHours();
  }
}

class Greeter {
  static readonly inject = [Clock] as const;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  greet(name: string) {
    return `${this.#clock.hour() < 12 ? 'Good morning' : 'Good day'}, ${name}`;
  }
}

// #region handler
class GreetingHandler implements HttpHandler {
  static readonly inject = [Greeter] as const;
  readonly #greeter: Greeter;

  constructor(greeter: Greeter) {
    this.#greeter = greeter;
  }

  processRequest({ request }: HttpContext) {
    return this.#greeter.greet(request.params.name ?? '');
  }
}

export const Greeting = defineHandler('GET /greetings/:name', GreetingHandler);
// #endregion handler
// #endregion graph

export const app = createApp({ handlers: [Greeting] });
