import { createApp, Handler, type HttpContext, HttpException, type HttpHandler } from '@verbena/core';

// #region thrown
@Handler('POST /accounts/:id/withdrawals')
class Withdraw implements HttpHandler {
  async processRequest({ request }: HttpContext) {
    const wanted = Number(await request.text());
    if (wanted > 30) {
      throw new HttpException(409, 'Your balance is too low for that', {
        type: 'https://bank.example/problems/out-of-credit',
        title: 'Out of credit',
        extensions: { balance: 30 },
      });
    }
    return { balance: 30 - wanted };
  }
}
// #endregion thrown

@Handler('GET /broken')
class Broken implements HttpHandler {
  processRequest() {
    throw new Error('The password of the database is 1234');
  }
}

// #region reported
export const reported: string[] = [];

export const app = createApp({
  handlers: [Withdraw, Broken],
  onError(error, context) {
    reported.push(`${context?.request.path}: ${String(error)}`); // your logger stands here
  },
});
// #endregion reported
