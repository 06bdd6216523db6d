import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

// #region json
@Handler('POST /planets')
class AddPlanet implements HttpHandler {
  processRequest({ response }: HttpContext) {
    response.status = 201;
    response.headers.set('location', '/planets/venus');
    return { name: 'Venus', moons: [] }; // application/json
  }
}
// #endregion json

export const app = createApp({ handlers: [AddPlanet] });
