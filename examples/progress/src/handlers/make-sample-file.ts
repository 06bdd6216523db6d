import { Handler, type HttpContext, HttpException, type HttpHandler } from '@verbena/core';
import { startOperation, type WireOperation } from '@verbena/operations/http';
import { z } from 'zod';
import { MakeSample } from '../make-sample.js';
import { Shelf } from '../shelf.js';
import { knownVisitor } from '../visitor.js';

const Wanted = z.object({ rows: z.number().int(), header: z.enum(['right', 'wrong']).default('right') });

/** Begins to make a file, for visitors who have none. */
@Handler('POST /samples')
export class MakeSampleFile implements HttpHandler {
  constructor(private readonly shelf: Shelf) {}

  async processRequest(context: HttpContext): Promise<WireOperation> {
    const visitor = knownVisitor(context);
    const wanted = Wanted.safeParse(await context.request.json());
    if (!wanted.success) throw new HttpException(422, z.prettifyError(wanted.error));
    const note = await this.shelf.add(visitor, nameOf(wanted.data));
    try {
      const input = { ...this.shelf.placeOf(visitor, note.id), ...wanted.data };
      return await startOperation(context, MakeSample, input, {
        label: note.name,
        onStarted: (operation) => this.shelf.note(visitor, { ...note, operation }),
      });
    } catch (error) {
      await this.shelf.remove(visitor, note.id);
      throw error;
    }
  }
}

function nameOf({ rows, header }: z.infer<typeof Wanted>): string {
  return `${rows}-customers${header === 'wrong' ? '-wrong-header' : ''}.csv`;
}
