import { createClassic } from './app.js';
import { mappingTable } from './mapping-table.js';
import { portOf } from './port.js';
import { startServer } from './server.js';

const classic = createClassic();
try {
  const server = await startServer(classic, portOf(process.env['PORT']));
  const coloured = process.stdout.isTTY && process.stdout.hasColors();
  console.log(`\nVerbena, the classic samples: ${server.url}\n`);
  console.log(mappingTable(classic.handlers.mappings, coloured));
  console.log('\nPress Ctrl+C to stop\n');

  const stop = (): void => {
    // The signal's own effect comes back, for those who will not wait.
    process.off('SIGINT', stop).off('SIGTERM', stop);
    console.log('Stopping: requests under way may end');
    server.close().then(
      () => console.log('Stopped'),
      (error: unknown) => {
        console.error(error);
        process.exitCode = 1;
      },
    );
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
  await classic.close();
}
