import { Ending } from '@wasmlattice/wasm-runtime';
import type {
  ByteSink,
  ByteSource,
  HttpExchange,
  HttpResponder,
} from '@wasmlattice/wasm-runtime/host-functions';
import { bytesFromJson } from '../file/bytes.js';
import type { RecordedHeaders, RecordedRequest, RecordedStream } from '../file/records.js';

const always = Promise.resolve();

/** A recorded request, for a guest to answer; whoever stands in front of it puts the answer down. */
export class ReplayExchange implements HttpExchange {
  readonly request: HttpExchange['request'];
  readonly body: RecordedBody;
  readonly responder: HttpResponder = { start: () => takesAll, finish() {}, fail() {} };
  readonly signal: HttpExchange['signal'] = new Ending();
  readonly #trailers: RecordedHeaders | undefined;
  readonly #hasBody: boolean;

  constructor({ method, scheme, authority, path, headers, body, trailers }: RecordedRequest) {
    this.request = { method, scheme, authority, pathWithQuery: path, headers: headers.flat() };
    this.body = new RecordedBody(body);
    this.#trailers = trailers;
    this.#hasBody = headers.some(
      ([name, value]) =>
        /^transfer-encoding$/i.test(name) || (/^content-length$/i.test(name) && value !== '0'),
    );
  }

  /** Whether the guest asked for more of the body than it did then. */
  get isBodyExceeded(): boolean {
    return this.#hasBody && this.body.isExceeded;
  }

  trailers(): Promise<string[] | undefined> {
    return Promise.resolve(this.#trailers?.flat());
  }
}

const takesAll: ByteSink = {
  capacity: () => 64 * 1_024,
  write() {},
  flush() {},
  close() {},
  isReady: () => true,
  ready: () => always,
};

/** The bytes that the guest read then. */
class RecordedBody implements ByteSource {
  readonly #end: RecordedStream['end'];
  readonly #failure: string | undefined;
  #left: Uint8Array;
  /** Whether the guest has asked for more than was recorded. */
  isExceeded = false;

  constructor(recorded: RecordedStream | undefined) {
    this.#left = recorded?.bytes === undefined ? new Uint8Array() : bytesFromJson(recorded.bytes);
    this.#end = recorded?.end ?? 'open';
    this.#failure = recorded?.failure;
  }

  read(max: number): Uint8Array | undefined {
    if (this.#left.length > 0) {
      const bytes = this.#left.subarray(0, max);
      this.#left = this.#left.subarray(bytes.length);
      return bytes;
    }
    switch (this.#end) {
      case 'whole':
        return undefined;
      case 'failed':
        throw new Error(this.#failure);
      default:
        this.isExceeded = true;
        return undefined;
    }
  }

  isReady(): boolean {
    return true;
  }

  ready(): Promise<void> {
    return always;
  }

  cancel(): void {}
}
