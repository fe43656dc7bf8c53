import { CopyQuery } from './copy-query.js';

/** `COPY … FROM STDIN` */
export class CopyIn extends CopyQuery {
  constructor(text: string) {
    super(text, 'COPY … FROM STDIN');
  }

  override handleCopyInResponse(): void {
    this.handleStart();
  }

  /**
   * Sends `rows` at the pace of the server, which has them all or none, and leaves them when the server refuses one. Call it once the
   * copy has started.
   *
   * @param end resolves with a reason to have none after all
   */
  async send(rows: AsyncIterable<Uint8Array>, end: Promise<string | undefined>): Promise<void> {
    const reason = await this.#sendAll(rows, end).catch((error: Error) => error.message);
    if (!this.isCopying) return;
    if (reason === undefined) this.connection.endCopyFrom();
    // The server reads the message up to the first zero.
    else this.connection.sendCopyFail(reason.replaceAll('\0', ''));
    this.sync();
  }

  async #sendAll(
    rows: AsyncIterable<Uint8Array>,
    end: Promise<string | undefined>,
  ): Promise<string | undefined> {
    const iterator = rows[Symbol.asyncIterator]();
    try {
      while (this.isCopying) {
        const next = await this.#unlessOver(iterator.next());
        if (next === undefined || next.done === true) break;
        const { buffer, byteOffset, byteLength } = next.value;
        this.connection.sendCopyFromChunk(Buffer.from(buffer, byteOffset, byteLength));
        await this.#room();
      }
    } finally {
      // Tells a writer whose rows are refused to stop; it may not be waiting for that.
      void iterator.return?.().catch(() => {});
    }
    return await this.#unlessOver(end);
  }

  /** `undefined` when the copy is over before. */
  #unlessOver<T>(promise: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      if (!this.isCopying) resolve(undefined);
      this.onOver = () => resolve(undefined);
      promise.then(resolve, reject);
    });
  }

  async #room(): Promise<void> {
    const { stream } = this.connection;
    if (!stream.writableNeedDrain) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    stream.once('drain', resolve);
    await this.#unlessOver(promise);
    stream.off('drain', resolve);
  }
}
