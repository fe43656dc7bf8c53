import { InputStream, ResultError } from '../io/index.js';
import type { Incoming } from './blobstore-client.js';
import { describeFailedStream, incomingSource } from './incoming-source.js';

/** Resource `wasi:blobstore/types.incoming-value`: an object's data, on its way from the store. */
export class IncomingValue {
  readonly #incoming: Incoming<Uint8Array>;
  readonly #size: () => Promise<bigint>;
  #consumed = false;

  constructor(incoming: Incoming<Uint8Array>, size: () => Promise<bigint>) {
    this.#incoming = incoming;
    this.#size = size;
  }

  /** Everything at once. */
  static async incomingValueConsumeSync(value: IncomingValue): Promise<Uint8Array> {
    const { stream, status } = value.#consume();
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of stream) chunks.push(chunk);
    } catch (cause) {
      throw new ResultError(describeFailedStream(cause));
    }
    const end = await status;
    if (end.tag === 'err') throw new ResultError(end.val);
    const { buffer, byteOffset, byteLength } = Buffer.concat(chunks);
    return new Uint8Array(buffer, byteOffset, byteLength);
  }

  /** At the pace of the guest. */
  static incomingValueConsumeAsync(value: IncomingValue): InputStream {
    return new InputStream(incomingSource(value.#consume()));
  }

  /** Asked of the store: the data itself comes without its length (docs/spec/wrpc-interfaces.md#5). */
  size(): Promise<bigint> {
    return this.#size();
  }

  /** Tells the store to stop when nobody wants the data any more. */
  [Symbol.dispose](): void {
    if (!this.#consumed) incomingSource(this.#consume()).cancel();
  }

  #consume(): Incoming<Uint8Array> {
    this.#consumed = true;
    return this.#incoming;
  }
}
