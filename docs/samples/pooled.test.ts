import { createApp } from '@verbena/core';
import { expect } from 'chai';
import { container } from 'tsyringe';
import { app, PictureHandler, Table } from './pooled.js';

describe('samples/pooled', () => {
  it('draws a picture', async () => {
    const response = await app.fetch(new Request('http://localhost/pictures/ann'));

    expect(response.headers.get('content-type')).to.equal('image/svg+xml');
    expect(await response.text()).to.include('r="3"');
  });

  it('draws two at once, lets others wait in order, and folds its tables in the end', async () => {
    const tables = new SlowTables();
    const services = container.createChildContainer();
    services.register(Table, { useFactory: () => tables.next() });
    const slow = createApp({ handlers: [PictureHandler], container: services });
    const answers = ['a', 'b', 'c', 'd'].map((subject) =>
      slow.fetch(new Request(`http://localhost/pictures/${subject}`)).then((response) => response.text()),
    );

    await tables.until(2);
    expect(tables.drawing).to.deep.equal(['a', 'b']);
    tables.finish('b');
    await tables.until(2);
    expect(tables.drawing).to.deep.equal(['a', 'c']);
    tables.finish('a');
    await tables.until(2);
    expect(tables.drawing).to.deep.equal(['c', 'd']);
    tables.finish('c');
    tables.finish('d');
    await Promise.all(answers);

    expect(tables.made).to.equal(2);
    await slow.close();
    expect(tables.folded).to.equal(2);
  });
});

/** Tables whose drawings are finished by the test. */
class SlowTables {
  readonly #finish = new Map<string, () => void>();
  #changed: () => void = () => {};
  made = 0;
  folded = 0;

  get drawing(): string[] {
    return [...this.#finish.keys()];
  }

  next(): Table {
    this.made += 1;
    return {
      draw: (subject) => {
        this.#changed();
        return new Promise((resolve) => this.#finish.set(subject, () => resolve(subject)));
      },
      fold: () => void (this.folded += 1),
    };
  }

  finish(subject: string): void {
    this.#finish.get(subject)?.();
    this.#finish.delete(subject);
  }

  /** Resolves when so many are being drawn. */
  async until(count: number): Promise<void> {
    while (this.#finish.size < count) await new Promise<void>((resolve) => (this.#changed = resolve));
  }
}
