import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { injectable } from 'tsyringe';

// #region graph
export class Clock {
  hour() {
    return new Date().getHours();
  }
}

@injectable()
class Greeter {
  constructor(private readonly clock: Clock) {}

  greet(name: string) {
    return `${this.clock.hour() < 12 ? 'Good morning' : 'Good day'}, ${name}`;
  }
}

// #region handler
@Handler('GET /greetings/:name')
export class Greeting implements HttpHandler {
  constructor(private readonly greeter: Greeter) {}

  processRequest({ request }: HttpContext) {
    return this.greeter.greet(request.params.name ?? '');
  }
}
// #endregion handler
// #endregion graph

export const app = createApp({ handlers: [Greeting] });
