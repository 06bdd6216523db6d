import 'reflect-metadata';
import { defineFactory, defineHandler, HttpContext, type HttpHandler } from '@verbena/core';
import { container, Lifecycle } from 'tsyringe';
import { type Book, Catalogue } from './catalogue.ts';
import { LIBRARY_NAME, serve } from './serve.ts';

/** What was done for one request. */
class Journal {
  static readonly inject = [HttpContext] as const;
  readonly lines: string[] = [];
  readonly #context: HttpContext;

  constructor(context: HttpContext) {
    this.#context = context;
  }

  note(line: string): void {
    this.lines.push(`${this.#context.request.verb}: ${line}`);
  }
}

container.register(Journal, { useClass: Journal }, { lifecycle: Lifecycle.ContainerScoped });

class Desk {
  static readonly inject = [Catalogue, Journal] as const;
  readonly #catalogue: Catalogue;
  readonly #journal: Journal;

  constructor(catalogue: Catalogue, journal: Journal) {
    this.#catalogue = catalogue;
    this.#journal = journal;
  }

  fetch(id: string | undefined): Book {
    const book = this.#catalogue.find(id);
    this.#journal.note(`the desk fetched ${book.title}`);
    return book;
  }
}

class ShowLibrary implements HttpHandler {
  static readonly inject = [LIBRARY_NAME] as const;
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  processRequest(): string {
    return this.#name;
  }
}

class ListBooks implements HttpHandler {
  static readonly inject = [Catalogue] as const;
  readonly #catalogue: Catalogue;

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  async processRequest({ response }: HttpContext): Promise<void> {
    response.type = 'text';
    for (const { id, title } of this.#catalogue.books) {
      response.write(`${id} ${title}\n`);
      await response.flush();
    }
  }
}

class AddBook implements HttpHandler {
  static readonly inject = [Catalogue] as const;
  readonly #catalogue: Catalogue;

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  async processRequest({ request, response }: HttpContext): Promise<Book> {
    const { title } = (await request.json()) as { title: string };
    const book = this.#catalogue.add(title);
    response.status = 201;
    response.headers.set('location', `/books/${book.id}`);
    return book;
  }
}

class ShowBook implements HttpHandler {
  static readonly inject = [Catalogue] as const;
  readonly #catalogue: Catalogue;

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  processRequest({ request }: HttpContext): Book {
    return this.#catalogue.find(request.params['id']);
  }
}

class CountVisits implements HttpHandler {
  static readonly inject = [Catalogue] as const;
  readonly isReusable = true;
  #count = 0;
  readonly #catalogue: Catalogue;

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  processRequest(): string {
    this.#count += 1;
    return `visit ${this.#count} to ${this.#catalogue.books.length} books`;
  }
}

class Lend implements HttpHandler {
  static readonly inject = [Desk, Journal] as const;
  readonly #desk: Desk;
  readonly #journal: Journal;

  constructor(desk: Desk, journal: Journal) {
    this.#desk = desk;
    this.#journal = journal;
  }

  processRequest({ request }: HttpContext): readonly string[] {
    this.#journal.note(`lent ${this.#desk.fetch(request.params['id']).title}`);
    return this.#journal.lines;
  }
}

class TakeBack implements HttpHandler {
  static readonly inject = [Journal] as const;
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  processRequest({ request }: HttpContext): readonly string[] {
    this.#journal.note(`took back ${request.params['id']}`);
    return this.#journal.lines;
  }
}

class Loans {}

await serve([
  defineHandler('GET /about', ShowLibrary),
  defineHandler('GET /books', ListBooks),
  defineHandler('POST /books', AddBook),
  defineHandler('GET /books/:id', ShowBook),
  defineHandler('GET /visits', CountVisits),
  defineFactory({ path: '/loans/:id', verbs: { PUT: Lend, DELETE: TakeBack } }, Loans),
]);
