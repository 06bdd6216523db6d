/**
 * Answers what the program that forked this one asks, one thing after another.
 *
 * @param {Readonly<Record<string, (parameters: any) => unknown>>} commands
 */
export function answerCommands(commands) {
  // Whoever asked may have been stopped; nobody else would end this program.
  process.once('disconnect', () => process.exit());
  let last = Promise.resolve();
  process.on('message', ({ id, name, parameters }) => {
    last = last.then(async () => {
      try {
        process.send({ id, result: await commands[name](parameters) });
      } catch (error) {
        process.send({ id, failure: String(error?.stack ?? error) });
      }
    });
  });
}
