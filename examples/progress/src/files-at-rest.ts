import { type HttpContext, HttpException } from '@verbena/core';
import { Operations } from '@verbena/operations';
import { injectable } from 'tsyringe';
import { type Release, Shelf, type ShelvedFile } from './shelf.js';
import { knownVisitor } from './visitor.js';

/** A file and whose it is. */
export interface OwnFile {
  readonly visitor: string;
  readonly file: ShelvedFile;
}

/** A file that nobody else does anything about. */
export interface HeldFile extends OwnFile {
  readonly release: Release;
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
    if (operation !== undefined && operation.endedAt === undefined) throw busy();
    return { visitor, file };
  }

  /** The same, and lets no other request do anything about it until it is released. @throws what `of` throws */
  async hold(context: HttpContext): Promise<HeldFile> {
    const { visitor, file } = await this.of(context);
    const release = await this.shelf.hold(visitor, file.id);
    if (release === undefined) throw busy();
    try {
      // Somebody else may have begun with it before it was held.
      return { ...(await this.of(context)), release };
    } catch (error) {
      await release();
      throw error;
    }
  }
}

function busy(): HttpException {
  return new HttpException(409, 'An operation is working on this file: wait for its end, or cancel it');
}
