/** An instance that waits for its next invocation. */
export interface IdleInstance {
  /** Memory it holds on to. */
  readonly bytes: number;
}

/** Whether there is room for what is kept for later. */
export interface IdlePressure {
  readonly isPressed: boolean;
}

export interface IdleLimits {
  /**
   * Instances of one component that are kept, by default 100: that many have run at once lately, so that keeping them takes no
   * memory that was not taken anyway, and making them anew is what costs.
   */
  readonly maxInstances?: number;
  /** Memory they may hold on to together, by default 1 GiB: 100 of a JavaScript guest. */
  readonly maxBytes?: number;
  /** Instances that nobody needed for so long are dropped, by default after a minute. */
  readonly maxIdleMs?: number;
}

const defaults: Required<IdleLimits> = {
  maxInstances: 100,
  maxBytes: 1024 * 1024 * 1024,
  maxIdleMs: 60_000,
};

/** Instances of one component between their invocations. The last one put is the first one taken: its memory is warm. */
export class IdleInstances<T extends IdleInstance> {
  readonly #limits: Required<IdleLimits>;
  readonly #pressure: IdlePressure | undefined;
  readonly #instances: T[] = [];
  #bytes = 0;
  /** How many were there all the time since the last look: as many can go. */
  #unused = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(limits: IdleLimits = {}, pressure?: IdlePressure) {
    this.#limits = { ...defaults, ...limits };
    this.#pressure = pressure;
  }

  get count(): number {
    return this.#instances.length;
  }

  /** The one that {@link IdleInstances.take} would give. */
  get next(): T | undefined {
    return this.#instances[this.#instances.length - 1];
  }

  take(): T | undefined {
    const instance = this.#instances.pop();
    if (instance === undefined) return undefined;
    this.#bytes -= instance.bytes;
    this.#unused = Math.min(this.#unused, this.#instances.length);
    return instance;
  }

  hasRoom(bytes: number): boolean {
    const { maxInstances, maxBytes } = this.#limits;
    if (this.#closed || this.#pressure?.isPressed) return false;
    return this.#instances.length < maxInstances && this.#bytes + bytes <= maxBytes;
  }

  /** Keeps the instance, or drops it when there are enough. */
  put(instance: T): void {
    if (!this.hasRoom(instance.bytes)) return;
    this.#instances.push(instance);
    this.#bytes += instance.bytes;
    this.#timer ??= setTimeout(() => this.#dropUnused(), this.#limits.maxIdleMs).unref();
  }

  /** @returns how many there were */
  dropAll(): number {
    const dropped = this.#instances.length;
    this.#instances.length = 0;
    this.#bytes = 0;
    this.#unused = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return dropped;
  }

  /** Drops all, and keeps none from now on. */
  close(): void {
    this.#closed = true;
    this.dropAll();
  }

  #dropUnused(): void {
    for (const { bytes } of this.#instances.splice(0, this.#unused)) this.#bytes -= bytes;
    this.#unused = this.#instances.length;
    this.#timer =
      this.#unused === 0 ? undefined : setTimeout(() => this.#dropUnused(), this.#limits.maxIdleMs).unref();
  }
}
