import 'reflect-metadata';
import { Factory, Handler, HttpContext, type HttpHandler } from '@verbena/core';
import { inject, injectable, Lifecycle, scoped } from 'tsyringe';
import { type Book, Catalogue } from './catalogue.ts';
import { LIBRARY_NAME, serve } from './serve.ts';

/** What was done for one request. */
@scoped(Lifecycle.ContainerScoped)
class Journal {
  readonly lines: string[] = [];

  constructor(private readonly context: HttpContext) {}

  note(line: string): void {
    this.lines.push(`${this.context.request.verb}: ${line}`);
  }
}

@injectable()
class Desk {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly journal: Journal,
  ) {}

  fetch(id: string | undefined): Book {
    const book = this.catalogue.find(id);
    this.journal.note(`the desk fetched ${book.title}`);
    return book;
  }
}

@Handler('GET /about')
class ShowLibrary implements HttpHandler {
  constructor(@inject(LIBRARY_NAME) private readonly name: string) {}

  processRequest(): string {
    return this.name;
  }
}

@Handler('GET /books')
class ListBooks implements HttpHandler {
  constructor(private readonly catalogue: Catalogue) {}

  async processRequest({ response }: HttpContext): Promise<void> {
    response.type = 'text';
    for (const { id, title } of this.catalogue.books) {
      response.write(`${id} ${title}\n`);
      await response.flush();
    }
  }
}

@Handler('POST /books')
class AddBook implements HttpHandler {
  constructor(private readonly catalogue: Catalogue) {}

  async processRequest({ request, response }: HttpContext): Promise<Book> {
    const { title } = (await request.json()) as { title: string };
    const book = this.catalogue.add(title);
    response.status = 201;
    response.headers.set('location', `/books/${book.id}`);
    return book;
  }
}

@Handler('GET /books/:id')
class ShowBook implements HttpHandler {
  constructor(private readonly catalogue: Catalogue) {}

  processRequest({ request }: HttpContext): Book {
    return this.catalogue.find(request.params['id']);
  }
}

@Handler('GET /visits')
class CountVisits implements HttpHandler {
  readonly isReusable = true;
  private count = 0;

  constructor(private readonly catalogue: Catalogue) {}

  processRequest(): string {
    this.count += 1;
    return `visit ${this.count} to ${this.catalogue.books.length} books`;
  }
}

@injectable()
class Lend implements HttpHandler {
  constructor(
    private readonly desk: Desk,
    private readonly journal: Journal,
  ) {}

  processRequest({ request }: HttpContext): readonly string[] {
    this.journal.note(`lent ${this.desk.fetch(request.params['id']).title}`);
    return this.journal.lines;
  }
}

@injectable()
class TakeBack implements HttpHandler {
  constructor(private readonly journal: Journal) {}

  processRequest({ request }: HttpContext): readonly string[] {
    this.journal.note(`took back ${request.params['id']}`);
    return this.journal.lines;
  }
}

@Factory({ path: '/loans/:id', verbs: { PUT: Lend, DELETE: TakeBack } })
class Loans {}

await serve([ShowLibrary, ListBooks, AddBook, ShowBook, CountVisits, Loans]);
