import { MemorySource } from '../../host-functions/wasi/io/index.js';

/** A source that tells when the guest waits for it, having read all that was pushed. */
export class WatchedSource extends MemorySource {
  #waited = Promise.withResolvers<void>();

  get isAwaited(): Promise<void> {
    return this.#waited.promise;
  }

  override push(chunk: Uint8Array): void {
    this.#waited = Promise.withResolvers<void>();
    super.push(chunk);
  }

  override ready(): Promise<void> {
    if (!this.isReady()) this.#waited.resolve();
    return super.ready();
  }
}
