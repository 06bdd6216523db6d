import { describeAdapter } from './index.js';

describeAdapter(
  'HandlerApp.fetch',
  { fetch: (app, request) => app.fetch(request) },
  {
    except: {
      'the host is told of an unexpected error once': 'nobody but onError is there to be told',
      'the host is told of an error that breaks a stream off': 'nobody but onError is there to be told',
    },
  },
);
