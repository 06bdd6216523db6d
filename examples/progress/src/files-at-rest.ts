import { type HttpContext, HttpException } from '@verbena/core';
import { Operations } from '@verbena/operations';
import { injectable } from 'tsyringe';
import { Shelf, type ShelvedFile } from './shelf.js';
import { knownVisitor } from './visitor.js';

/** A file and whose it is. */
export interface OwnFile {
  readonly visitor: string;
  readonly file: ShelvedFile;
}

/** Finds files that no operation is working on. */
@injectable()
export class FilesAtRest {
  constructor(
    private readonly shelf: Shelf,
    private readonly operations: Operations,
  ) {}

  /** The file that a request names. @throws HttpException 403, 404, or 409 while an operation is working on it */
  async of(context: HttpContext): Promise<OwnFile> {
    const visitor = knownVisitor(context);
    const file = await this.shelf.find(visitor, context.request.params['id'] ?? '');
    if (file === undefined) throw new HttpException(404);
    const operation = file.operation && (await this.operations.get(file.operation.id));
    if (operation !== undefined && operation.endedAt === undefined)
      throw new HttpException(409, 'An operation is working on this file: wait for its end, or cancel it');
    return { visitor, file };
  }
}
