import { type HttpContext, type SessionMode, VerbenaError } from '@verbena/core';
import { isOperationId } from '../operation-id.js';
import type { Operations } from '../operations.js';
import type { OperationView } from '../view.js';
import { EventStreams } from './event-streams.js';
import { mountOf } from './links.js';
import type { OperationHandlersOptions } from './options.js';
import { notFound, problem } from './problems.js';
import { ensureSessionOwner, sessionOwner } from './session-owner.js';
import { ShareTokens } from './share-token.js';
import { showsShare } from './sharing.js';

/** An operation that a request may see. */
export interface SeenOperation {
  readonly operation: OperationView;
  /** Whether it belongs to who asks. */
  readonly isOwn: boolean;
}

/** Whose request it is, and what it may see. */
export interface Sight {
  readonly owner: string | undefined;
  /** In the order asked for; undefined for what it may not see, or what is forgotten. */
  readonly seen: readonly (SeenOperation | 'forgotten' | undefined)[];
}

/** What all handlers of this entry share: the operations, who may see them, and the streams that are open. */
export class OperationsEndpoint {
  readonly basePath: string;
  readonly streams: EventStreams;
  readonly shares: ShareTokens | undefined;
  readonly allowedOrigins: ReadonlySet<string>;

  constructor(
    readonly operations: Operations,
    readonly options: OperationHandlersOptions,
  ) {
    const { basePath = '/operations', allowedOrigins = [], shareSecret } = options;
    if (!/^(?:\/[\w.~-]+)+$/.test(basePath)) {
      throw new TypeError(
        `The basePath of operationHandlers is ${JSON.stringify(basePath)}; give a path such as /operations`,
      );
    }
    this.basePath = basePath;
    this.allowedOrigins = new Set(allowedOrigins);
    this.shares = shareSecret === undefined ? undefined : new ShareTokens([shareSecret].flat());
    this.streams = new EventStreams(operations, {
      maxStreams: options.maxStreams ?? 20_000,
      maxStreamsPerOwner: options.maxStreamsPerOwner ?? 20,
    });
  }

  /** How the handlers use the session; undefined where they do not. */
  get sessionMode(): SessionMode | undefined {
    return this.options.session ?? (this.options.ownerOf === undefined ? 'readonly' : undefined);
  }

  /** Path under which a request's client reaches the handlers. */
  baseFor({ request }: HttpContext): string {
    return mountOf(request) + this.basePath;
  }

  ownerOf(context: HttpContext): string | undefined | Promise<string | undefined> {
    return (this.options.ownerOf ?? sessionOwner)(context);
  }

  /** For whom a request starts something. @throws HttpException 403 `no-owner` */
  async starterOf(context: HttpContext): Promise<string> {
    const { ownerOf } = this.options;
    if (ownerOf === undefined) return ensureSessionOwner(context);
    const owner = await ownerOf(context);
    if (owner === undefined) throw problem(403, 'no-owner');
    return owner;
  }

  /**
   * The operation that a request names, for who may see it.
   *
   * @throws HttpException 404, the same for ids that are unknown, malformed or someone else's; 410 for one's own that is forgotten
   */
  async see(
    context: HttpContext,
    id: string | undefined,
  ): Promise<SeenOperation & { readonly owner: string | undefined }> {
    const { owner, seen } = await this.seeAll(context, [id ?? '']);
    const [one] = seen;
    if (one === undefined) throw notFound();
    if (one === 'forgotten') throw problem(410, 'forgotten');
    return { ...one, owner };
  }

  async seeAll(context: HttpContext, ids: readonly string[]): Promise<Sight> {
    const owner = await this.ownerOf(context);
    return { owner, seen: await Promise.all(ids.map((id) => this.#seeOne(context, id, owner))) };
  }

  /** Whether somebody may cancel what he sees. */
  async mayCancel(context: HttpContext, { operation, isOwn }: SeenOperation): Promise<boolean> {
    return isOwn || (await this.options.canCancel?.(context, operation)) === true;
  }

  /**
   * Whether a request that has lasted may still see what it saw: its session may be over, and rights may have been taken back. Where
   * the host cannot tell, it may not, and its client has to ask anew.
   */
  async stillSees(context: HttpContext, ids: readonly string[]): Promise<boolean> {
    if (this.sessionMode !== undefined) {
      try {
        await context.session.refresh();
      } catch (error) {
        if (error instanceof VerbenaError && error.code === 'session-unavailable') return false;
        throw error;
      }
    }
    const { seen } = await this.seeAll(context, ids);
    return seen.every((one) => typeof one === 'object');
  }

  async #seeOne(context: HttpContext, id: string, owner: string | undefined): Promise<Sight['seen'][number]> {
    // What strangers send reaches no store.
    if (!isOperationId(id)) return undefined;
    const found = await this.operations.find(id, owner === undefined ? {} : { owner });
    const operation = found?.operation;
    if (owner !== undefined && found?.isOwn === true)
      return operation === undefined ? 'forgotten' : { operation, isOwn: true };
    if (operation === undefined) return undefined;
    const isShown =
      showsShare(context.request, id, this.shares) || (await this.options.canView?.(context, operation)) === true;
    return isShown ? { operation, isOwn: false } : undefined;
  }
}

const endpoints = new WeakMap<Operations, OperationsEndpoint>();

/** Remembers how operations are reached, for `startOperation` and its like. */
export function rememberEndpoint(endpoint: OperationsEndpoint): void {
  endpoints.set(endpoint.operations, endpoint);
}

/** How operations are reached. @throws TypeError when nobody called operationHandlers */
export function endpointOf(operations: Operations): OperationsEndpoint {
  const endpoint = endpoints.get(operations);
  if (endpoint === undefined) {
    throw new TypeError(
      'These operations are not reached over HTTP; list operationHandlers(operations) among the handlers of the application',
    );
  }
  return endpoint;
}
