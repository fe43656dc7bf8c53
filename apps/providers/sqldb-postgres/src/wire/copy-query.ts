import { type Connection, DatabaseError } from 'pg';
import type { WireConnection, WireQuery } from './wire-connection.js';

/** A statement that copies nothing, or the other way. It had no effect, provided that its connection is closed now. */
export class NotThisCopyError extends Error {
  override readonly name = 'NotThisCopyError';

  constructor(wanted: string) {
    super(`the statement is no ${wanted}`);
  }
}

/**
 * A COPY by the extended protocol. What it does counts once the server got a `Sync`, which another kind of statement never gets: who
 * closes its connection then has the server undo it.
 */
export abstract class CopyQuery implements WireQuery {
  readonly #text: string;
  readonly #wanted: string;
  readonly #started = Promise.withResolvers<void>();
  readonly #finished = Promise.withResolvers<number>();
  #connection: WireConnection | undefined;
  #isCopying = false;
  #isSynced = false;
  #rows = 0;
  /** Called when it is over, whatever the end: for whoever waits for something else meanwhile. */
  protected onOver: () => void = () => {};

  /** @param wanted as in `COPY … TO STDOUT` */
  constructor(text: string, wanted: string) {
    this.#text = text;
    this.#wanted = wanted;
    this.#started.promise.catch(() => {});
    this.#finished.promise.catch(() => {});
  }

  /** Resolves when the server copies. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  /** The number of rows, when they are there to stay. */
  get finished(): Promise<number> {
    return this.#finished.promise;
  }

  get isCopying(): boolean {
    return this.#isCopying;
  }

  submit(connection: Connection): void {
    const wire = connection as unknown as WireConnection;
    this.#connection = wire;
    wire.on('copyOutResponse', this.#onCopyOut);
    wire.stream.cork();
    wire.parse({ name: '', text: this.#text, types: [] });
    wire.bind({ values: [] });
    wire.execute({ portal: '' });
    wire.flush();
    wire.stream.uncork();
  }

  /** Whatever the server says after that is not for it. */
  fail(error: Error): void {
    this.#isCopying = false;
    this.#started.reject(error);
    this.#finished.reject(error);
    this.#leave();
  }

  handleError(error: Error): void {
    this.fail(error);
    if (error instanceof DatabaseError) this.sync();
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    if (!this.#isCopying) {
      this.handleOther();
      return;
    }
    this.#isCopying = false;
    this.#rows = Number(/ (\d+)$/.exec(text)?.[1] ?? 0);
    this.sync();
  }

  handleReadyForQuery(): void {
    this.#finished.resolve(this.#rows);
    this.#leave();
  }

  handleDataRow(): void {
    this.handleOther();
  }

  handleEmptyQuery(): void {
    this.handleOther();
  }

  handleCopyInResponse(): void {
    this.handleOther();
  }

  handleRowDescription(): void {}
  handlePortalSuspended(): void {}
  handleCopyData(_message: { readonly chunk: Uint8Array }): void {}

  protected handleCopyOutResponse(): void {
    this.handleOther();
  }

  protected get connection(): WireConnection {
    if (this.#connection === undefined) throw new Error('the query is used before it was submitted');
    return this.#connection;
  }

  protected handleStart(): void {
    this.#isCopying = true;
    this.#started.resolve();
  }

  /** Anything but what was wanted. */
  protected handleOther(): void {
    this.fail(new NotThisCopyError(this.#wanted));
  }

  /** Has it count, and the server end it. Once, as the server says after each that it is ready. */
  protected sync(): void {
    if (this.#isSynced) return;
    this.#isSynced = true;
    this.connection.sync();
  }

  readonly #onCopyOut = (): void => this.handleCopyOutResponse();

  #leave(): void {
    this.#connection?.off('copyOutResponse', this.#onCopyOut);
    this.onOver();
  }
}
