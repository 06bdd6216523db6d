import type { AdapterHost } from './lib/host.js';

/** The application itself, called with web-standard requests. */
export const contractHosts: readonly AdapterHost[] = [
  {
    name: 'HandlerApp.fetch',
    except: {
      'the host is told of an unexpected error once': 'nobody but onError is there to be told',
      'the host is told of an error that breaks a stream off': 'nobody but onError is there to be told',
    },
    fetch: (app, request) => app.fetch(request),
  },
];
