import type { HttpContext, HttpFilter, Next } from '@verbena/core';
import { injectable } from 'tsyringe';
import { Visits } from './visits.js';

/** Filter around every handler that counts its requests. */
@injectable()
export class CountVisits implements HttpFilter {
  constructor(private readonly visits: Visits) {}

  filter({ mapping }: HttpContext, next: Next): Promise<unknown> {
    this.visits.count(mapping.name);
    return next();
  }
}
