/** Events of one kind that are logged one by one in each {@link windowMs}; more are told as a number. */
const maxLoggedInWindow = 5;

/** Long enough that a flood takes a few lines each minute, for each kind. */
const windowMs = 60_000;

export interface LogWindowsOptions<Kind> {
  /** Logs how many events of a kind were left out since the last that was logged. */
  readonly tellUnlogged: (kind: Kind, count: number) => void;
  /** In ms, growing; `performance.now` by default. */
  readonly now?: (() => number) | undefined;
}

interface Window {
  start: number;
  logged: number;
  unlogged: number;
}

/** Says which of many events a log can take: the first few of each kind in each minute. No kind hides another. */
export class LogWindows<Kind> {
  readonly #tellUnlogged: (kind: Kind, count: number) => void;
  readonly #now: () => number;
  /** Kinds are few: whoever makes them sees to that. */
  readonly #windows = new Map<Kind, Window>();

  constructor(options: LogWindowsOptions<Kind>) {
    this.#tellUnlogged = options.tellUnlogged;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Whether the event that just happened is to be logged. Tells what was left out when a minute is over. */
  admits(kind: Kind): boolean {
    const now = this.#now();
    const window = this.#of(kind, now);
    if (now - window.start >= windowMs) {
      this.#tell(kind, window);
      window.start = now;
      window.logged = 0;
    }
    if (window.logged >= maxLoggedInWindow) {
      window.unlogged++;
      return false;
    }
    window.logged++;
    return true;
  }

  /** Tells what was left out so far. */
  close(): void {
    for (const [kind, window] of this.#windows) this.#tell(kind, window);
  }

  #of(kind: Kind, now: number): Window {
    const known = this.#windows.get(kind);
    if (known !== undefined) return known;
    const window = { start: now, logged: 0, unlogged: 0 };
    this.#windows.set(kind, window);
    return window;
  }

  #tell(kind: Kind, window: Window): void {
    if (window.unlogged === 0) return;
    const count = window.unlogged;
    window.unlogged = 0;
    this.#tellUnlogged(kind, count);
  }
}
