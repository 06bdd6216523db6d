import { createApp, Handler, type HttpHandler } from '@verbena/core';
import { container, inject } from 'tsyringe';

// #region token
export interface Mail {
  send(to: string, text: string): Promise<void>;
}

export const MAIL = Symbol('Mail');

@Handler('POST /reminders')
export class RemindEveryone implements HttpHandler {
  constructor(@inject(MAIL) private readonly mail: Mail) {}

  async processRequest() {
    await this.mail.send('ann@example.org', 'Please water the plants');
    return { reminded: 1 };
  }
}
// #endregion token

// #region container
/** Mail for those who only want to see it. */
class PrintedMail implements Mail {
  async send(to: string, text: string) {
    console.log(`To ${to}: ${text}`);
  }
}

const services = container.createChildContainer();
services.registerSingleton<Mail>(MAIL, PrintedMail);

export const app = createApp({ handlers: [RemindEveryone], container: services });
// #endregion container
