import { createAnnouncer } from './announcer.js';
import type { OperationError } from './errors.js';
import { createEta, isMeasured } from './eta.js';
import type { OperationLabels } from './labels.js';
import { type OperationTarget, watched } from './page.js';
import { createParts, type Parts } from './parts.js';
import type { OperationRecord } from './record.js';
import type { Transport, WatchedOperation, WatchState } from './watched-operation.js';
import { createWording, type Wording } from './wording.js';

// A server that renders pages may import this where there are no elements.
const Base: typeof HTMLElement = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

const ANNOUNCED_PERCENT = 25;
const TICK_MS = 1_000;

/**
 * `<operation-progress src="/operations/op_…">` shows how an operation goes on, and lets the user cancel it. Until the first
 * answer it shows its own content: a `<progress>` and a link, for browsers without scripts.
 */
export class OperationProgressElement extends Base {
  static readonly observedAttributes: readonly string[] = ['src', 'label', 'cancellable', 'retryable'];

  /** Makes the requests of all elements, for instance with a header of yours. Default: the platform's `fetch`. */
  static fetch?: typeof fetch;

  readonly #states: Set<string> = this.attachInternals().states;
  readonly #parts: Parts = createParts(this.attachShadow({ mode: 'open' }));
  #target: OperationTarget | undefined;
  #watched: WatchedOperation | undefined;
  #state: Partial<WatchState> = {};
  #stop: (() => void) | undefined;
  #tick: ReturnType<typeof setInterval> | undefined;
  #refusal: string | undefined;
  #eta = createEta();
  #announcer = createAnnouncer();
  #region: Element | null | undefined;

  constructor() {
    super();
    for (const action of ['cancel', 'retry'] as const) {
      const button = this.#parts.get(action);
      button.onclick = () => {
        if (button.ariaDisabled === 'false') this[action]()?.catch(() => {});
      };
      button.onblur = () => setTimeout(() => this.#render());
    }
  }

  /** The newest record. Setting one, as a request answered it, begins to watch it. */
  get operation(): OperationRecord | undefined {
    return this.#state.operation;
  }

  set operation(record: OperationRecord | undefined) {
    this.watch(record);
  }

  get src(): string | null {
    return this.getAttribute('src');
  }

  set src(url: string) {
    this.setAttribute('src', url);
  }

  /** Watches another operation; nothing for none. */
  watch(target?: OperationTarget): void {
    this.#end();
    this.#target = target;
    this.#watched = this.#refusal = undefined;
    this.#state = {};
    this.#announcer = createAnnouncer();
    if (this.isConnected) this.#begin();
  }

  /**
   * Asks the server to cancel, unless a listener of `operation-cancel` prevents it.
   *
   * @throws OperationError when the server refuses, or does not answer; the element then says so, too
   */
  async cancel(): Promise<void> {
    if (!this.#emit('cancel', true)) return;
    try {
      await this.#watched?.cancel();
    } catch (error) {
      this.#refusal = (error as OperationError).problem?.title ?? this.#wording().labels.offline;
      this.#render();
      throw error;
    }
  }

  /**
   * Fires `operation-retry`: the page starts the work again and sets `operation` or `src`. Until it does, the element waits;
   * unless a listener prevents that.
   */
  retry(): undefined {
    if (this.#emit('retry', true)) this.watch();
  }

  connectedCallback(): void {
    // Set before the class was known, it lies in front of the accessor.
    if (Object.hasOwn(this, 'operation')) {
      this.#target = this.operation;
      delete (this as { operation?: unknown }).operation;
    }
    this.#begin();
  }

  disconnectedCallback(): void {
    // It may only have been moved.
    queueMicrotask(() => {
      if (!this.isConnected) this.#end();
    });
  }

  attributeChangedCallback(name: string, _: string | null, value: string | null): void {
    if (name === 'src') this.watch(value || undefined);
    else this.#render();
  }

  #begin(): void {
    this.#render();
    if (this.#target === undefined || this.#stop || this.#state.over) return;
    const transport = this.getAttribute('transport') as Transport | null;
    const operation = (this.#watched = watched(this.#target, transport, OperationProgressElement.fetch));
    this.#tick = setInterval(() => this.#render(), TICK_MS);
    const stop = operation.observe((state) => this.#take(state));
    // What is known already may have made a listener give it another operation.
    if (operation === this.#watched) this.#stop = stop;
    else stop();
  }

  #end(): void {
    clearInterval(this.#tick);
    this.#stop?.();
    this.#stop = undefined;
    this.#markBusy(null);
  }

  #take(newest: WatchState): void {
    const before = this.#state;
    const { operation, connection, error, over } = newest;
    const { state, attempt, progress, seq } = operation ?? {};
    // Who watches anew is told again what it knows.
    const isNew = seq !== before.operation?.seq;
    this.#state = newest;
    if (over) clearInterval(this.#tick);
    if (isNew) this.#refusal = undefined;
    if (attempt !== before.operation?.attempt) this.#eta = createEta();
    if (isNew && progress?.value != null) this.#eta.add(progress.value, performance.now());
    this.#render();
    if (connection !== before.connection) this.#emit('connection');
    if (isNew && operation) {
      this.#emit('progress');
      if (state !== before.operation?.state) {
        this.#emit('state');
        if (over) this.#emit(nameOf(operation.state));
      }
    }
    if (error) this.#emit('gone');
  }

  #wording(): Wording {
    const labels = JSON.parse(this.getAttribute('labels') ?? '{}') as Partial<OperationLabels>;
    return createWording(labels, this.closest<HTMLElement>('[lang]')?.lang);
  }

  #render(): void {
    const { get, write, offer, showSteps } = this.#parts;
    const { operation, error, connection, over } = this.#state;
    const wording = this.#wording();
    const { labels, percent, restarted } = wording;
    const { state = 'queued', progress, attempt = 1, message, cancellable } = operation ?? {};
    const { phase, message: about = message } = progress ?? {};
    const runs = !over && state !== 'queued';
    const failed = state === 'failed';
    const offline = !over && (connection === 'offline' || connection === 'stale');
    const standing = error ? labels.gone : labels[state];
    const value = state === 'succeeded' ? 1 : (progress?.value ?? undefined);
    const share = value === undefined ? '' : percent(value);
    const again = runs && attempt > 1 && restarted(attempt);
    const label = this.getAttribute('label') ?? operation?.label ?? labels.label;
    const nowMs = performance.now();
    const has = (name: string): boolean => this.hasAttribute(name);
    const put = (name: string, ...texts: unknown[]): void => write(get(name), texts.filter(Boolean).join(' · '));

    // The slot for the element's own content is closed once there is something to show in its place.
    if (operation || error || offline) get('own').setAttribute('name', '-');
    write(get('label').firstChild as Node, label);
    put('percent', over ? !error && standing : share);
    put(
      'message',
      offline && labels.offline,
      again,
      !over && (state === 'cancelling' || !(phase || about)) && standing,
      !over && phase,
      about,
      runs && progress && wording.amount(progress),
    );
    const remainingMs = runs && progress && isMeasured(progress) && !has('no-eta') && this.#eta.remainingMs(nowMs);
    put('eta', remainingMs && wording.remaining(remainingMs));
    const { title, detail } = operation?.error ?? {};
    put('error', this.#refusal, error && standing, failed && (title ?? standing), detail);

    const bar = get('progress') as HTMLProgressElement;
    if (value === undefined) bar.removeAttribute('value');
    else bar.value = value;
    bar.ariaValueText = [share, (!over && phase) || standing].filter(Boolean).join(', ');
    get('fill').style.width = `${(value ?? 0) * 100}%`;
    showSteps(get('steps'), progress?.children ?? [], wording);
    offer('cancel', has('cancellable') && cancellable && !over && state !== 'cancelling', labels.cancel);
    offer('retry', has('retryable') && (failed || error !== undefined), labels.retry);

    // A failure is an alert already.
    const due =
      operation &&
      !failed &&
      this.#announcer(operation, Number(this.getAttribute('announce') ?? ANNOUNCED_PERCENT), nowMs);
    const name = this.querySelector('[slot=label]')?.textContent ?? label;
    if (due) put('status', `${name}: ${due === 'percent' ? share : (state === 'running' && again) || standing}`);

    const states = this.#states;
    states.clear();
    states.add(error ? 'gone' : nameOf(state));
    if (offline) states.add('offline');
    if (runs && value === undefined) states.add('indeterminate');
    this.#markBusy(operation && !over && this.isConnected ? this.getAttribute('for') : null);
  }

  /** Says of the region named by `for` that it is not ready yet. */
  #markBusy(id: string | null): void {
    const region = id ? (this.getRootNode() as Document).getElementById(id) : null;
    if (this.#region && region !== this.#region) this.#region.ariaBusy = null;
    this.#region = region;
    if (region) region.ariaBusy = 'true';
  }

  /** Whether no listener prevented what follows. */
  #emit(name: string, cancelable = false): boolean {
    return this.dispatchEvent(
      new CustomEvent(`operation-${name}`, { bubbles: true, composed: true, cancelable, detail: this.#state }),
    );
  }
}

/** Names of states as events and `:state()` have them. */
function nameOf(state: string): string {
  return state === 'succeeded' ? 'done' : state;
}
