import { type Linked, LinkedList } from './linked-list.js';

/** One of {@link Deadlines}. */
export class Deadline implements Linked<Deadline> {
  previous: Deadline | undefined;
  next: Deadline | undefined;
  /** When it is over, by `performance.now`. */
  readonly at: number;
  readonly onOverdue: () => void;
  isPending = true;

  constructor(at: number, onOverdue: () => void) {
    this.at = at;
    this.onOverdue = onOverdue;
  }
}

/**
 * Deadlines that are all equally far away when they begin, so that the first to begin is the first to be over: one timer is enough for all. It stays
 * when all have ended in time, for those that begin later: Node.js makes a list for the first timer of a length and drops it with the last, which took
 * an invocation that was alone longer than all else that it had of its deadline.
 */
export class Deadlines {
  /** From the beginning to the end of each. */
  readonly ms: number;
  readonly #running = new LinkedList<Deadline>();
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.ms = ms;
  }

  /** Has `onOverdue` called unless {@link Deadlines.end} is before that. */
  begin(onOverdue: () => void): Deadline {
    const deadline = new Deadline(performance.now() + this.ms, onOverdue);
    this.#running.add(deadline);
    if (this.#timer === undefined) this.#timer = setTimeout(this.#check, this.ms);
    else this.#timer.ref();
    return deadline;
  }

  /** It does not matter any more, or was told of already. */
  end(deadline: Deadline): void {
    if (!deadline.isPending) return;
    this.#remove(deadline);
    if (this.#running.isEmpty) this.#timer?.unref();
  }

  readonly #check = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (let first = this.#running.first; first !== undefined; first = this.#running.first) {
      if (first.at > now) {
        this.#timer = setTimeout(this.#check, Math.ceil(first.at - now));
        return;
      }
      this.#remove(first);
      first.onOverdue();
    }
  };

  #remove(deadline: Deadline): void {
    deadline.isPending = false;
    this.#running.delete(deadline);
  }
}
