import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';

// #region text
@Handler('GET /motto')
class Motto implements HttpHandler {
  processRequest() {
    return 'Slow is smooth'; // text/plain; charset=utf-8
  }
}

@Handler('GET /robots.xml')
class Robots implements HttpHandler {
  processRequest() {
    return '<?xml version="1.0"?><robots/>'; // application/xml; charset=utf-8
  }
}

@Handler('GET /people.csv')
class People implements HttpHandler {
  processRequest({ response }: HttpContext) {
    response.type = 'text/csv'; // a type that is set is kept
    return 'name,age\nAnn,40\n';
  }
}
// #endregion text

export const app = createApp({ handlers: [Motto, Robots, People] });
