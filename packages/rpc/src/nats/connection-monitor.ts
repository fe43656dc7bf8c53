import type { NatsConnection, QueuedIterator, Status } from 'nats';

export interface ConnectionWatcher {
  /** The connection dropped: what was in flight is lost, as is what is published before it is back. */
  disconnected?(): void;
  /** The connection is back. */
  connected?(): void;
}

/** Knows whether a NATS connection is up. */
export class ConnectionMonitor {
  /** `closed` is final. */
  state: 'connected' | 'disconnected' | 'closed' = 'connected';
  /** `performance.now()` of the latest reconnect. */
  reconnectedAt: number = Number.NEGATIVE_INFINITY;
  readonly #watchers = new Set<ConnectionWatcher>();
  readonly #waiting = new Set<() => void>();
  readonly #events: QueuedIterator<Status> | undefined;

  constructor(connection: NatsConnection) {
    if (connection.isClosed()) {
      this.state = 'closed';
      return;
    }
    // The client's type does not tell that it can be stopped.
    this.#events = connection.status() as QueuedIterator<Status>;
    void this.#follow(this.#events);
    // It never rejects: the reason of a failed connection is what it resolves with.
    void connection.closed().then(() => this.#change('closed'));
  }

  watch(watcher: ConnectionWatcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Stops watching: the state stays as it is, unless the connection is closed. */
  close(): void {
    this.#events?.stop();
  }

  /** Settles when the connection is up again, closed, or the signal aborts; look at the state then. */
  async settled(signal?: AbortSignal): Promise<void> {
    if (this.state !== 'disconnected' || signal?.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        signal?.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      signal?.addEventListener('abort', done);
      this.#waiting.add(done);
    });
  }

  async #follow(events: AsyncIterable<Status>): Promise<void> {
    for await (const { type } of events) {
      if (type === 'disconnect') this.#change('disconnected');
      else if (type === 'reconnect') this.#change('connected');
    }
  }

  #change(state: 'connected' | 'disconnected' | 'closed'): void {
    // The client tells once more for an attempt to reconnect that failed after the server's greeting.
    if (this.state === 'closed' || this.state === state) return;
    this.state = state;
    if (state === 'connected') this.reconnectedAt = performance.now();
    for (const watcher of [...this.#watchers]) {
      if (state === 'connected') watcher.connected?.();
      else watcher.disconnected?.();
    }
    if (state !== 'disconnected') for (const done of [...this.#waiting]) done();
  }
}
