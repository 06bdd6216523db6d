import { createApp, Handler, HttpContext, type HttpHandler } from '@verbena/core';
import { injectable, Lifecycle, scoped } from 'tsyringe';

export const journal: string[] = [];

// #region scope
/** What one request did; written down when the request is over. */
@scoped(Lifecycle.ContainerScoped)
class Audit {
  readonly notes: string[] = [];

  constructor(private readonly context: HttpContext) {}

  dispose() {
    journal.push(`${this.context.request.verb}: ${this.notes.join(', ')}`);
  }
}

@injectable()
class Shelf {
  constructor(private readonly audit: Audit) {}

  take(book: string) {
    this.audit.notes.push(`took ${book}`);
  }
}

@Handler('POST /loans/:book')
class LendBook implements HttpHandler {
  constructor(
    private readonly shelf: Shelf,
    private readonly audit: Audit, // the very one that Shelf has
  ) {}

  processRequest({ request }: HttpContext) {
    this.shelf.take(request.params.book ?? '');
    this.audit.notes.push('lent it');
  }
}
// #endregion scope

export const app = createApp({ handlers: [LendBook] });
