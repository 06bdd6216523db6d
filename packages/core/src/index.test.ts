import { execFileSync } from 'node:child_process';
import { expect } from 'chai';

describe('importing @verbena/core', () => {
  it('registers nothing in the container, adds no globals and starts nothing', () => {
    const program = `
      await import('reflect-metadata');
      const { container } = await import('tsyringe');
      const before = Object.getOwnPropertyNames(globalThis);
      await import(${JSON.stringify(new URL('./index.js', import.meta.url).href)});
      const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.includes(name));
      const timers = process.getActiveResourcesInfo().filter((name) => name.startsWith('Time'));
      console.log(JSON.stringify([added, [...container._registry.entries()].length, timers]));
    `;
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
      encoding: 'utf8',
      // Packages are looked for from here.
      cwd: new URL('.', import.meta.url),
    });
    expect(JSON.parse(output)).to.deep.equal([[], 0, []]);
  });
});
