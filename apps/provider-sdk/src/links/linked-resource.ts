/** Why a resource is closed: its link has other values now, is gone, or the provider ends. */
export type LinkEnd = 'replaced' | 'deleted' | 'shutdown';

/** What a call has of a resource until it is done. */
export interface Lease {
  /** Keeps the resource open until `work` settles, although the call is answered: what it streams, for instance. */
  until(work: Promise<unknown>): void;
}

export interface LinkedResourceOptions<Resource> {
  /** @param scope is disposed after the resource, or when it could not be opened */
  readonly open: (scope: AsyncDisposableStack) => Promise<Resource> | Resource;
  readonly close: (resource: Resource, end: LinkEnd) => Promise<void> | void;
  /** What who uses it gets for an error of `open`. */
  readonly failure: (cause: unknown) => Error;
  /** Told what closing threw where nobody waits for it. */
  readonly onError: (error: unknown) => void;
  readonly onClosed: () => void;
}

type State<Resource> =
  | { readonly tag: 'idle' }
  | { readonly tag: 'opening'; readonly done: Promise<Resource> }
  | { readonly tag: 'open'; readonly resource: Resource; readonly scope: AsyncDisposableStack }
  | { readonly tag: 'ended'; readonly closing: Promise<void> };

/** The resource of one link, with one set of values: opened once, used by many calls, closed when the last one is done with it. */
export class LinkedResource<Resource> {
  readonly #options: LinkedResourceOptions<Resource>;
  #state: State<Resource> = { tag: 'idle' };
  #users = 0;
  /** It is to be closed once nobody uses it. */
  #end: LinkEnd | undefined;

  constructor(options: LinkedResourceOptions<Resource>) {
    this.#options = options;
  }

  /** Opens it if it is not; an attempt that failed is made again by the next one who asks, and several share one. */
  open(): Promise<Resource> {
    const state = this.#state;
    if (state.tag === 'open') return Promise.resolve(state.resource);
    if (state.tag === 'opening') return state.done;
    if (state.tag === 'ended') return Promise.reject(new Error('the link has ended'));
    const done = Promise.resolve().then(() => this.#open());
    this.#state = { tag: 'opening', done };
    return done;
  }

  /** Runs `work` with the resource, which stays open until that is done, and what its lease was told of. */
  async use<T>(work: (resource: Resource, lease: Lease) => Promise<T> | T): Promise<T> {
    this.#users += 1;
    try {
      const resource = this.#state.tag === 'open' ? this.#state.resource : await this.#opened();
      return await work(resource, this.#lease);
    } finally {
      this.#leave();
    }
  }

  /** Closes it when the last call is done; resolves at once if that is later, else when it is closed, with what closing throws. */
  async end(end: LinkEnd): Promise<void> {
    this.#end ??= end;
    if (this.#users === 0) await this.#close(this.#end);
  }

  /** Closes it now, whoever uses it. */
  async endNow(end: LinkEnd): Promise<void> {
    this.#end ??= end;
    await this.#close(this.#end);
  }

  readonly #lease: Lease = {
    until: (work) => {
      this.#users += 1;
      const leave = (): void => this.#leave();
      work.then(leave, leave);
    },
  };

  #leave(): void {
    this.#users -= 1;
    if (this.#users === 0 && this.#end !== undefined) this.#close(this.#end).catch(this.#options.onError);
  }

  async #opened(): Promise<Resource> {
    try {
      return await this.open();
    } catch (cause) {
      throw this.#options.failure(cause);
    }
  }

  async #open(): Promise<Resource> {
    const scope = new AsyncDisposableStack();
    try {
      const resource = await this.#options.open(scope);
      if (this.#state.tag === 'ended') {
        await this.#dispose(resource, scope, this.#end ?? 'deleted');
        throw new Error('the link has ended');
      }
      this.#state = { tag: 'open', resource, scope };
      return resource;
    } catch (error) {
      if (this.#state.tag !== 'ended') this.#state = { tag: 'idle' };
      // The reason is what failed, not what could not be undone after it.
      await scope.disposeAsync().catch(this.#options.onError);
      throw error;
    }
  }

  #close(end: LinkEnd): Promise<void> {
    const state = this.#state;
    if (state.tag === 'ended') return state.closing;
    const closing = this.#closeFrom(state, end);
    this.#state = { tag: 'ended', closing };
    return closing;
  }

  async #closeFrom(state: State<Resource>, end: LinkEnd): Promise<void> {
    try {
      if (state.tag === 'opening') await state.done.catch(() => {});
      if (state.tag === 'open') await this.#dispose(state.resource, state.scope, end);
    } finally {
      this.#options.onClosed();
    }
  }

  async #dispose(resource: Resource, scope: AsyncDisposableStack, end: LinkEnd): Promise<void> {
    await using _scope = scope;
    await this.#options.close(resource, end);
  }
}
