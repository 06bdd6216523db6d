import { HttpException } from '@verbena/core';

/** A book of the library. */
export interface Book {
  readonly id: string;
  readonly title: string;
}

/** The books; the one object of its class is shared by everything that asks for it. */
export class Catalogue {
  readonly #books: Book[] = [{ id: '1', title: 'Emma' }];

  get books(): readonly Book[] {
    return this.#books;
  }

  find(id: string | undefined): Book {
    const book = this.#books.find((one) => one.id === id);
    if (book === undefined) throw new HttpException(404, `No book has the number ${id}`);
    return book;
  }

  add(title: string): Book {
    const book = { id: String(this.#books.length + 1), title };
    this.#books.push(book);
    return book;
  }
}
