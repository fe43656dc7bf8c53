import { RpcError } from '@wasmlattice/rpc';

/** Questions in a row that find nobody before a holder counts as gone: it may be reconnecting. */
const questions = 3;

/** Holders that are watched at a time; what others hold is let go when nobody has used it for long. */
const mostHolders = 1_000;

export interface HolderWatchOptions {
  /** Resolves when the holder has answered; rejects with a `not-found` when nobody has its name. */
  readonly ask: (holder: string) => Promise<void>;
  readonly everyMs: number;
  /** Calls back after some ms, unless the returned function is called before. */
  readonly schedule: (callback: () => void, ms: number) => () => void;
  readonly onGone: (holder: string) => void;
}

interface Watched {
  /** What it holds. */
  resources: number;
  /** Questions in a row that found nobody. */
  misses: number;
  isAsked: boolean;
}

/**
 * Asks those who hold resources whether they are still there, and tells of the ones that are gone: a host that was killed drops nothing. NATS
 * answers for who is not there, so a holder that can't be reached for some other reason counts as there.
 */
export class HolderWatch {
  readonly #options: HolderWatchOptions;
  readonly #holders = new Map<string, Watched>();
  #cancel: (() => void) | undefined;

  constructor(options: HolderWatchOptions) {
    this.#options = options;
  }

  /** The holder got a resource. */
  add(holder: string): void {
    const watched = this.#holders.get(holder);
    if (watched !== undefined) watched.resources++;
    else if (this.#holders.size < mostHolders) {
      this.#holders.set(holder, { resources: 1, misses: 0, isAsked: false });
    }
    this.#cancel ??= this.#askLater();
  }

  /** It has one less. */
  remove(holder: string): void {
    const watched = this.#holders.get(holder);
    if (watched === undefined) return;
    watched.resources--;
    if (watched.resources === 0) this.#forget(holder);
  }

  #forget(holder: string): void {
    this.#holders.delete(holder);
    if (this.#holders.size > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #askLater(): () => void {
    const { schedule, everyMs } = this.#options;
    return schedule(() => {
      for (const [holder, watched] of this.#holders) void this.#ask(holder, watched);
      this.#cancel = this.#holders.size > 0 ? this.#askLater() : undefined;
    }, everyMs);
  }

  async #ask(holder: string, watched: Watched): Promise<void> {
    if (watched.isAsked) return;
    watched.isAsked = true;
    try {
      await this.#options.ask(holder);
      watched.misses = 0;
    } catch (error) {
      const isNobody = error instanceof RpcError && error.code === 'not-found';
      watched.misses = isNobody ? watched.misses + 1 : 0;
    }
    watched.isAsked = false;
    if (watched.misses < questions || this.#holders.get(holder) !== watched) return;
    this.#forget(holder);
    this.#options.onGone(holder);
  }
}
