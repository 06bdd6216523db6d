import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

// #region graph
export class Clock {
  hour() {
    return new Date().getHours();
  }
}

class Greeter {
  static readonly inject = [Clock] as const;

  constructor(private readonly clock: Clock) {}

  greet(name: string) {
    return `${this.clock.hour() < 12 ? 'Good morning' : 'Good day'}, ${name}`;
  }
}

// #region handler
@Handler('GET /greetings/:name')
export class Greeting implements HttpHandler {
  static readonly inject = [Greeter] as const;

  constructor(private readonly greeter: Greeter) {}

  processRequest({ request }: HttpContext) {
    return this.greeter.greet(request.params.name ?? '');
  }
}
// #endregion handler
// #endregion graph

export const app = createApp({ handlers: [Greeting] });
