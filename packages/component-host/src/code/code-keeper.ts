import type { Logger } from '@wasmlattice/telemetry';
import { monotonicMs } from '@wasmlattice/wasm-runtime';
import type { CodeLimits, PreparedComponent, Preparer } from '@wasmlattice/wasm-runtime/engines';
import type { CodeBytes, CodeStore, StoredCode } from './code-store.js';

/** Who uses the code: one start of a component. */
export interface CodeUser {
  /** When it was called last, by `monotonicMs`; `undefined` while calls are in flight. */
  calledAt(): number | undefined;
  /** Has every thread let go of the code; false when one of them has use for it. */
  park(): Promise<boolean>;
}

/** The part of a user in some code. */
export interface CodeLease {
  /** The component without its code. */
  readonly outline: PreparedComponent;
  /** The code, prepared again if it was parked. */
  load(): Promise<PreparedComponent>;
  /** The component as it came. */
  readBytes(): Promise<CodeBytes>;
  /** Says who uses it: from now on it may be parked. */
  usedBy(user: CodeUser): void;
  /** The user is gone; safe to call twice. */
  release(): void;
}

export interface CodeKeeperOptions {
  readonly store: Pick<CodeStore, 'keep'>;
  readonly preparer: Pick<Preparer, 'prepare'>;
  /** How much code may be loaded without being used, in bytes as {@link PreparedComponent.codeBytes} counts them. */
  readonly budgetBytes: number;
  readonly logger: Logger;
}

/**
 * Code of components, once for all that have the same bytes and limits. What was used least of late is parked when there is more
 * than there may be: only its bytes are kept, on disk, and it is prepared again when it is called. Code that nobody uses any more
 * stays loaded as long as there is room, for whoever starts the same component again.
 */
export class CodeKeeper {
  readonly #options: CodeKeeperOptions;
  readonly #entries = new Map<string, CodeEntry>();
  #makingRoom: Promise<void> | undefined;

  constructor(options: CodeKeeperOptions) {
    this.#options = options;
  }

  /** Bytes of code that are loaded. */
  get loadedBytes(): number {
    return this.#entries.values().reduce((sum, { loadedBytes }) => sum + loadedBytes, 0);
  }

  /** How much of the code that is used is loaded, and how much is parked. */
  get counts(): { readonly loaded: number; readonly parked: number } {
    const used = [...this.#entries.values()].filter(({ users }) => users.size > 0);
    const loaded = used.filter(({ isLoaded }) => isLoaded).length;
    return { loaded, parked: used.length - loaded };
  }

  /**
   * Keeps the bytes and prepares their code, unless that is there.
   *
   * @param fetchAgain gets the bytes from where they came from
   * @throws what {@link Preparer.prepare} throws
   */
  async lease(
    component: string,
    bytes: CodeBytes,
    limits: CodeLimits,
    fetchAgain?: () => Promise<CodeBytes>,
  ): Promise<CodeLease> {
    const stored = await this.#options.store.keep(bytes, fetchAgain);
    const { maxMemoryBytes, maxCoreInstances, maxTables, maxTableElements } = limits;
    const key = JSON.stringify([stored.hash, maxMemoryBytes, maxCoreInstances, maxTables, maxTableElements]);
    const entry = this.#entries.get(key) ?? new CodeEntry(stored.hash, limits, this.#options.preparer);
    this.#entries.set(key, entry);
    const lease = {};
    entry.enter(lease, stored);
    const release = (): void => {
      entry.leave(lease);
      if (entry.users.size === 0 && !entry.isLoaded && this.#entries.get(key) === entry)
        this.#entries.delete(key);
    };
    const load = async (): Promise<PreparedComponent> => {
      const prepared = await entry.load(component);
      void this.makeRoom();
      return prepared;
    };
    try {
      const prepared = await entry.load(component, bytes);
      void this.makeRoom();
      const { engine, format, skeleton, codeBytes } = prepared;
      return {
        outline: { engine, format, skeleton, codeBytes },
        load,
        readBytes: () => stored.read(),
        usedBy: (user) => void entry.users.set(lease, user),
        release,
      };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Parks what was used least of late until no more code is loaded than there may be. */
  makeRoom(budgetBytes: number = this.#options.budgetBytes): Promise<void> {
    this.#makingRoom ??= this.#makeRoom(budgetBytes).finally(() => {
      this.#makingRoom = undefined;
    });
    return this.#makingRoom;
  }

  async #makeRoom(budgetBytes: number): Promise<void> {
    if (this.loadedBytes <= budgetBytes) return;
    const idle = [...this.#entries]
      .map(([key, entry]) => ({ key, entry, calledAt: entry.calledAt() }))
      .filter((each): each is typeof each & { calledAt: number } => each.calledAt !== undefined)
      .toSorted((a, b) => a.calledAt - b.calledAt);
    for (const { key, entry } of idle) {
      if (this.loadedBytes <= budgetBytes) return;
      if (entry.users.size === 0) {
        this.#entries.delete(key);
        continue;
      }
      try {
        if (!(await entry.park())) continue;
        this.#options.logger.debug('code is parked', { hash: entry.hash });
        // Its last user has left meanwhile.
        if (entry.users.size === 0) this.#entries.delete(key);
      } catch (error) {
        if (entry.isLost) continue;
        entry.isLost = true;
        this.#options.logger.warn('code can not be parked, as it could not be loaded again', { error });
      }
    }
  }
}

type CodeState =
  | { readonly kind: 'parked' }
  | { readonly kind: 'loading'; readonly loaded: Promise<PreparedComponent> }
  | { readonly kind: 'loaded'; readonly prepared: PreparedComponent };

/** Code with its users. */
class CodeEntry {
  readonly hash: string;
  readonly #limits: CodeLimits;
  readonly #preparer: Pick<Preparer, 'prepare'>;
  /** By their leases; `undefined`: it is about to be used. */
  readonly users = new Map<object, CodeUser | undefined>();
  /** By lease, each with where its bytes came from; of the last one also when it has left. */
  readonly #stored = new Map<object, StoredCode>();
  /** Whether it was told that the bytes are nowhere any more. */
  isLost = false;
  #state: CodeState = { kind: 'parked' };
  #leftAt = Number.NEGATIVE_INFINITY;
  /** Counts the loads: one in the meantime keeps it from being parked. */
  #loads = 0;

  constructor(hash: string, limits: CodeLimits, preparer: Pick<Preparer, 'prepare'>) {
    this.hash = hash;
    this.#limits = limits;
    this.#preparer = preparer;
  }

  get isLoaded(): boolean {
    return this.#state.kind === 'loaded';
  }

  get loadedBytes(): number {
    return this.#state.kind === 'loaded' ? this.#state.prepared.codeBytes : 0;
  }

  /** The last call of all users, or when the last one left; `undefined` when it is in use or not loaded. */
  calledAt(): number | undefined {
    if (this.#state.kind !== 'loaded') return undefined;
    let last = this.#leftAt;
    for (const user of this.users.values()) {
      const calledAt = user?.calledAt();
      if (calledAt === undefined) return undefined;
      last = Math.max(last, calledAt);
    }
    return last;
  }

  enter(lease: object, stored: StoredCode): void {
    if (this.users.size === 0) this.#stored.clear();
    this.users.set(lease, undefined);
    this.#stored.set(lease, stored);
  }

  leave(lease: object): void {
    this.users.delete(lease);
    if (this.users.size > 0) this.#stored.delete(lease);
    this.#leftAt = monotonicMs();
  }

  /** @param bytes of the code, where they are at hand */
  load(component: string, bytes?: CodeBytes): Promise<PreparedComponent> {
    this.#loads++;
    switch (this.#state.kind) {
      case 'loaded':
        return Promise.resolve(this.#state.prepared);
      case 'loading':
        // A failure is told by the name of the component it is a failure of.
        return this.#state.loaded.catch(() => this.load(component, bytes));
      case 'parked':
        return this.#prepare(component, bytes);
    }
  }

  /**
   * @returns whether it is parked
   * @throws CodeLostError when the bytes are nowhere any more; it stays loaded
   */
  async park(): Promise<boolean> {
    const loads = this.#loads;
    await this.#read();
    const users = [...this.users.values()];
    const parked = await Promise.all(users.map((user) => user?.park() ?? false));
    if (parked.includes(false) || this.#loads !== loads || this.#state.kind !== 'loaded') return false;
    this.#state = { kind: 'parked' };
    return true;
  }

  /** The bytes, from wherever one of its users has them. */
  async #read(): Promise<CodeBytes> {
    let failure: unknown;
    for (const stored of [...this.#stored.values()]) {
      try {
        return await stored.read();
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  #prepare(component: string, bytes: CodeBytes | undefined): Promise<PreparedComponent> {
    const prepare = async (): Promise<PreparedComponent> =>
      await this.#preparer.prepare(bytes ?? (await this.#read()), {
        component,
        ...this.#limits,
        contentHash: this.hash,
      });
    const loaded = prepare().then(
      (prepared) => {
        this.#state = { kind: 'loaded', prepared };
        return prepared;
      },
      (error: unknown) => {
        this.#state = { kind: 'parked' };
        throw error;
      },
    );
    this.#state = { kind: 'loading', loaded };
    return loaded;
  }
}
