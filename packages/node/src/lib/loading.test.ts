import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';

/** What a process has loaded of Node more than before, once an application has answered with text and with data. */
const program = `
  import { get } from 'node:http';
  const before = new Set(process.moduleLoadList);
  await import('reflect-metadata');
  const { createApp, defineHandler } = await import('@verbena/core');
  const { serve } = await import('@verbena/node');
  const handlers = [defineHandler('GET /text', () => 'text'), defineHandler('GET /data', () => ({ is: ['data'] }))];
  const { port, close } = await serve(createApp({ handlers }), { port: 0, host: '127.0.0.1', signals: [] });
  for (const path of ['/text', '/data'])
    await new Promise((resolve) => get({ host: '127.0.0.1', port, path }, (answer) => answer.resume().on('end', resolve)));
  console.log(JSON.stringify(process.moduleLoadList.filter((name) => !before.has(name))));
  process.exit();
`;

describe('a process that serves', () => {
  it('loads neither TLS, HTTP/2 nor fetch for plain answers over plain HTTP', async () => {
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: import.meta.dirname,
    });
    const loaded = JSON.parse(stdout) as string[];

    expect(loaded).to.include('NativeModule cluster');
    expect(loaded.filter((name) => / (tls|https|http2|internal\/deps\/undici\/undici)$/.test(name))).to.deep.equal([]);
  });
});
