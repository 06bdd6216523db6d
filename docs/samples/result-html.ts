import { createApp, Handler, type HttpHandler } from '@verbena/core';

// #region html
@Handler('GET /')
class HomePage implements HttpHandler {
  processRequest() {
    return '<!doctype html><title>Home</title><h1>Welcome</h1>'; // it begins with a tag: text/html
  }
}
// #endregion html

export const app = createApp({ handlers: [HomePage] });
