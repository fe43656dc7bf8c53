import { type ByteSink, WakeUp } from '../io/index.js';

const ALWAYS = Promise.resolve();

/** What a guest may write before it says where the data goes; as much as upstream keeps. */
const capacityBeforeTaken = 8 * 1024 * 1024;
/** What may wait for the store once it takes the data. */
const capacityOnceTaken = 256 * 1024;
/** Size of a chunk on the wire (docs/spec/wrpc-interfaces.md#5). */
const chunkBytes = 64 * 1024;

/**
 * Carries a value from the guest's `output-stream` to the call that stores it. The guest waits while the store is slow.
 */
export class BlobPipe implements ByteSink {
  readonly #toGuest = new WakeUp();
  readonly #toStore = new WakeUp();
  readonly #chunks: Uint8Array[] = [];
  #waiting = 0;
  #taken = false;
  #flushing = false;
  #failure: Error | undefined;
  /** Whether the guest has written everything. */
  #complete = false;
  /** Whether the store wants no more. */
  #left = false;

  /** The data, once. */
  async *take(): AsyncGenerator<Uint8Array> {
    this.#taken = true;
    this.#toGuest.wake();
    try {
      for (;;) {
        const chunk = this.#shift();
        if (chunk !== undefined) yield chunk;
        else if (this.#failure !== undefined) throw this.#failure;
        else if (this.#complete) return;
        else await this.#toStore.promise();
      }
    } finally {
      this.#left = true;
      this.#toGuest.wake();
    }
  }

  /** Nothing more is written. */
  end(): void {
    this.#complete = true;
    this.#toStore.wake();
    this.#toGuest.wake();
  }

  /** What was written is no whole value: unless it is {@link BlobPipe.end | complete} the store must not take it for one. */
  abandon(): void {
    if (this.#complete) return;
    this.#fail(new Error('the component dropped the value before it was complete'));
  }

  /** @throws when the guest wrote more than can be kept, without having called `write-data` */
  capacity(): number | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#complete || this.#left) return undefined;
    if (this.#taken) return this.#flushing ? 0 : Math.max(0, capacityOnceTaken - this.#waiting);
    if (this.#waiting < capacityBeforeTaken) return capacityBeforeTaken - this.#waiting;
    throw this.#fail(
      // Waiting would be for ever: nothing reads before the guest goes on.
      new Error(
        `the component wrote ${this.#waiting} bytes before it called write-data; call it first, then the value may be of any size`,
      ),
    );
  }

  write(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#waiting += bytes.length;
    this.#toStore.wake();
  }

  /** Before the store takes the data there is nothing to hand it on to. */
  flush(): void {
    this.#flushing = this.#taken && this.#waiting > 0;
  }

  isReady(): boolean {
    if (this.#failure !== undefined || this.#complete || this.#left || !this.#taken) return true;
    return !this.#flushing && this.#waiting < capacityOnceTaken;
  }

  ready(): Promise<void> {
    return this.isReady() ? ALWAYS : this.#toGuest.promise();
  }

  /** The guest dropped its stream: the value is complete. */
  close(): void {
    this.end();
  }

  #shift(): Uint8Array | undefined {
    const first = this.#chunks[0];
    if (first === undefined) return undefined;
    if (first.length > chunkBytes) this.#chunks[0] = first.subarray(chunkBytes);
    else this.#chunks.shift();
    const chunk = first.subarray(0, chunkBytes);
    this.#waiting -= chunk.length;
    if (this.#waiting === 0) this.#flushing = false;
    if (this.isReady()) this.#toGuest.wake();
    return chunk;
  }

  #fail(failure: Error): Error {
    this.#failure = failure;
    this.#chunks.length = 0;
    this.#waiting = 0;
    this.#toStore.wake();
    this.#toGuest.wake();
    return failure;
  }
}
