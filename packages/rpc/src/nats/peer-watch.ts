/** Questions in a row that find nobody before a peer counts as gone: it may be reconnecting. */
const questions = 3;

/**
 * Whether the peer of a call that takes long is still there. A question is an empty message to the peer's inbox, which means
 * nothing to a peer; NATS itself answers when nobody has that inbox any more.
 */
export class PeerWatch {
  /** When the next question is due, in the time of `performance.now()`; `Infinity` before the peer is known. */
  dueAt: number = Number.POSITIVE_INFINITY;
  readonly #everyMs: number;
  #misses = 0;
  #isMissed = false;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** The peer is known, or was asked: the next question comes after a while. */
  wait(): void {
    if (!this.#isMissed) this.#misses = 0;
    this.#isMissed = false;
    this.dueAt = performance.now() + this.#everyMs;
  }

  /** A question found nobody. Whether that makes the peer gone. */
  missed(): boolean {
    if (this.#isMissed) return false;
    this.#isMissed = true;
    this.#misses++;
    return this.#misses >= questions;
  }
}
