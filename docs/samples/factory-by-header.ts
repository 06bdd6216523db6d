import {
  createApp,
  Factory,
  type HttpContext,
  HttpException,
  type HttpHandler,
  type HttpHandlerFactory,
} from '@verbena/core';

class PricesAsText implements HttpHandler {
  processRequest() {
    return 'apple 30\npear 40\n';
  }
}

class PricesAsJson implements HttpHandler {
  processRequest() {
    return { apple: 30, pear: 40 };
  }
}

// #region factory
@Factory('GET /prices')
class PricesFactory implements HttpHandlerFactory {
  getHandler({ request, response }: HttpContext) {
    response.headers.append('vary', 'X-Api-Version');
    switch (request.headers.get('x-api-version')) {
      case '1':
        return PricesAsText;
      case '2':
      case null:
        return PricesAsJson;
      default:
        throw new HttpException(400, 'X-Api-Version may be 1 or 2');
    }
  }
}
// #endregion factory

export const app = createApp({ handlers: [PricesFactory] });
