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

  for (const order of [
    ['@verbena/core', 'reflect-metadata'],
    ['reflect-metadata', '@verbena/core'],
  ]) {
    it(`shares what was recorded with the whole of reflect-metadata: ${order.join(' before ')}`, () => {
      const [first, second] = order.map((name) =>
        name === '@verbena/core' ? new URL('./index.js', import.meta.url).href : name,
      );
      const program = `
        await import(${JSON.stringify(first)});
        class Early {}
        Reflect.defineMetadata('design:paramtypes', [], Early);
        await import(${JSON.stringify(second)});
        class Late {}
        Reflect.defineMetadata('design:paramtypes', [Early], Late);
        const { createApp, defineHandler } = await import(${JSON.stringify(new URL('./index.js', import.meta.url).href)});
        class Show {
          constructor(late) { this.late = late; }
          processRequest() { return String(Reflect.hasOwnMetadata('design:paramtypes', Early)) + this.late.constructor.name; }
        }
        Reflect.defineMetadata('design:paramtypes', [Late], Show);
        const app = createApp({ handlers: [defineHandler('/x', Show)] });
        console.log(await (await app.fetch(new Request('http://host/x'))).text());
      `;
      const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
        encoding: 'utf8',
        cwd: new URL('.', import.meta.url),
      });
      expect(output).to.equal('trueLate\n');
    });
  }
});
