import { randomInt } from 'node:crypto';
import { type AsyncResult, createApp, fromBeginEnd, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

// #region handler
interface Roll extends AsyncResult {
  error?: Error | null;
  value?: number;
}

@Handler('GET RollDice.ashx')
class RollDice implements HttpHandler {
  readonly processRequest = fromBeginEnd(
    (context, callback) => this.beginProcessRequest(context, callback),
    (roll) => this.endProcessRequest(roll),
  );

  private beginProcessRequest({ request }: HttpContext, callback: () => void): Roll {
    const sides = Number(request.query.get('sides') ?? 6);
    const roll: Roll = {};
    randomInt(1, sides + 1, (error, value) => {
      Object.assign(roll, { error, value });
      callback();
    });
    return roll;
  }

  private endProcessRequest({ error, value }: Roll) {
    if (error) throw error;
    return `You rolled ${value}`;
  }
}
// #endregion handler

export const app = createApp({ handlers: [RollDice] });
