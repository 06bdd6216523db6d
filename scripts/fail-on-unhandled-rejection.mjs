/** Loaded before the tests: a rejection nobody handles fails the run, as it would bring a server down. */
process.on('unhandledRejection', (reason) => {
  throw reason;
});
