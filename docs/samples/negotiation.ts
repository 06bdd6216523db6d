import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

const pets = [
  { name: 'Rex', legs: 4 },
  { name: 'Polly', legs: 2 },
];

// #region produces
@Handler({ verb: 'GET', path: '/pets', produces: ['json', 'text/csv'] })
class Pets implements HttpHandler {
  processRequest({ response }: HttpContext) {
    if (response.type === 'application/json') return pets;
    return ['name,legs', ...pets.map(({ name, legs }) => `${name},${legs}`)].join('\n');
  }
}
// #endregion produces

// #region accepts
@Handler('GET /pets/count')
class PetCount implements HttpHandler {
  processRequest({ request, response }: HttpContext) {
    response.headers.append('vary', 'Accept');
    return request.accepts('text', 'json') === 'json' ? { pets: pets.length } : `${pets.length} pets`;
  }
}
// #endregion accepts

export const app = createApp({ handlers: [Pets, PetCount] });
