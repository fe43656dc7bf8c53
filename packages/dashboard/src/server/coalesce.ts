/** Runs `work` once, some time after it was asked for, however often that was; again if it is asked for afterwards. */
export interface Coalesced {
  ask(): void;
  /** Forgets what was asked for; nothing runs after it. */
  close(): void;
}

/** @param delayMs from the first request to the run: what is asked for meanwhile is part of it */
export function coalesce(work: () => void, delayMs: number): Coalesced {
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  return {
    ask() {
      if (isClosed) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        work();
      }, delayMs);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
