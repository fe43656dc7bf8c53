import type { BlobstoreObjectId } from '@wasmlattice/rpc/interfaces';
import { GuestMisuseError, OutputStream, ResultError } from '../io/index.js';
import { BlobPipe } from './blob-pipe.js';
import type { BlobstoreClient, Status } from './blobstore-client.js';

/** Resource `wasi:blobstore/types.outgoing-value`: data for the store, as the guest writes it. */
export class OutgoingValue {
  readonly #pipe = new BlobPipe();
  #hasStream = false;
  #given = false;
  #storing: Status | undefined;

  static newOutgoingValue(): OutgoingValue {
    return new OutgoingValue();
  }

  /** @throws ResultError when the stream was handed out already */
  outgoingValueWriteBody(): OutputStream {
    if (this.#hasStream) throw new ResultError(undefined);
    this.#hasStream = true;
    return new OutputStream(this.#pipe);
  }

  /**
   * Ends the value and waits until the store has it. One that was not given to `write-data` is dropped.
   * @throws ResultError with what the store, or the call, says went wrong
   */
  static async finish(value: OutgoingValue): Promise<void> {
    value.#pipe.end();
    const status = await value.#storing;
    if (status?.tag === 'err') throw new ResultError(status.val);
  }

  /** `write-data`: from here on what the guest writes goes to the store. */
  async storeAs(id: BlobstoreObjectId, client: BlobstoreClient): Promise<void> {
    if (this.#given) throw new GuestMisuseError('the guest called write-data twice for one outgoing-value');
    this.#given = true;
    const { status } = await client.write(id, { [Symbol.asyncIterator]: () => this.#pipe.take() });
    this.#storing = status;
  }

  [Symbol.dispose](): void {
    this.#pipe.abandon();
  }
}
