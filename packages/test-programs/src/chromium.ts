import { type Browser, chromium } from 'playwright-core';
import { requireProgram } from './lib/require-program.js';

const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** For tests: starts Chromium without a window, or skips the suite where there is none. */
export async function startChromium(context: Mocha.Context): Promise<Browser> {
  const executablePath = requireProgram(context, 'chromium');
  // Chromium refuses its sandbox to root, as whom containers often run.
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath, chromiumSandbox: !isRoot, args: QUIET });
}
