import { ByteQueue, type ByteSink, type ByteSource } from '../call/byte-channel.js';
import { describeFailure } from '../call/describe-failure.js';
import type { ParamsProgress } from '../call/params-progress.js';
import type { DeferredReceiver } from '../call/receive-deferred.js';
import type { IndexPath } from '../codec/deferred.js';
import type { CodecLimits } from '../codec/limits.js';
import { type CallNames, RpcError } from '../rpc-error.js';

/** Bytes of one channel that may wait to be read before the sender has to. */
const windowBytes = 256 * 1024;

/** The channels of one direction of a call. */
export class MemoryChannels implements DeferredReceiver {
  readonly limits: CodecLimits;
  readonly #names: CallNames;
  readonly #direction: 'params' | 'results';
  readonly #pipes = new Map<string, MemoryPipe>();
  #movedAt = Number.NEGATIVE_INFINITY;
  /** Makes the error of pipes opened from now on: most calls have none, and an error costs more than the rest of a call. */
  #endReason: (() => unknown) | undefined;

  constructor(names: CallNames, direction: 'params' | 'results', limits: CodecLimits) {
    this.#names = names;
    this.#direction = direction;
    this.limits = limits;
  }

  get progress(): ParamsProgress {
    for (const { path, queue, waitsForReader } of this.#pipes.values()) {
      if (queue.isClosed) continue;
      return { movedAt: this.#movedAt, stalled: { path, waitsFor: waitsForReader ? 'reader' : 'source' } };
    }
    return { movedAt: this.#movedAt, stalled: undefined };
  }

  open(path: IndexPath): ByteSource {
    return this.#pipe(path).queue;
  }

  sink(path: IndexPath): ByteSink {
    return this.#pipe(path);
  }

  failure(path: IndexPath, cause: unknown): unknown {
    if (cause instanceof RpcError) return cause;
    const where = `${this.#direction}.${path.join('.')}`;
    const { code, text } = describeFailure(cause);
    return code === 'truncated'
      ? new RpcError('peer-failed', this.#names, `the peer ended ${where} before its value was complete`, {
          cause,
        })
      : new RpcError('bad-data', this.#names, `${where} can't be decoded: ${text}`, { cause });
  }

  fail(error: unknown): void {
    this.#end(() => error);
  }

  /** Nobody reads any more, nor will. */
  cancel(): void {
    this.#end(() => stoppedReading(this.#names));
  }

  #end(reason: () => unknown): void {
    this.#endReason ??= reason;
    for (const pipe of this.#pipes.values()) pipe.fail(reason());
  }

  #pipe(path: IndexPath): MemoryPipe {
    const key = path.join('.');
    const known = this.#pipes.get(key);
    if (known) return known;
    const pipe = new MemoryPipe({
      names: this.#names,
      direction: this.#direction,
      path,
      onMove: () => {
        this.#movedAt = performance.now();
      },
      onDone: () => this.#pipes.delete(key),
    });
    this.#pipes.set(key, pipe);
    if (this.#endReason) pipe.fail(this.#endReason());
    return pipe;
  }
}

interface MemoryPipeOptions {
  readonly names: CallNames;
  readonly direction: 'params' | 'results';
  readonly path: IndexPath;
  /** Something was written or read. */
  readonly onMove: () => void;
  /** Neither side needs the pipe any more. */
  readonly onDone: () => void;
}

class MemoryPipe implements ByteSink {
  readonly queue: ByteQueue;
  readonly #options: MemoryPipeOptions;
  #failed: { readonly error: unknown } | undefined;
  #failureCallback: ((error: unknown) => void) | undefined;
  #wake: (() => void) | undefined;

  constructor(options: MemoryPipeOptions) {
    this.#options = options;
    const { names, onMove, onDone } = options;
    this.queue = new ByteQueue({
      consumed: () => {
        onMove();
        this.#notify();
      },
      released: (reason) => {
        if (this.queue.isClosed) onDone();
        else if (reason === 'canceled') this.fail(stoppedReading(names));
      },
    });
  }

  get path(): IndexPath {
    return this.#options.path;
  }

  /** Whether nothing more is written before some of it is read. */
  get waitsForReader(): boolean {
    return this.queue.buffered >= windowBytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#throwIfFailed();
    this.queue.push(bytes);
    this.#options.onMove();
    while (!this.#failed && this.waitsForReader) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#throwIfFailed();
  }

  onFailure(callback: (error: unknown) => void): void {
    if (this.#failed) callback(this.#failed.error);
    else this.#failureCallback = callback;
  }

  close(error?: unknown): void {
    if (error === undefined) {
      this.queue.end();
    } else {
      const { text } = describeFailure(error);
      const { names, direction, path } = this.#options;
      const detail = `the peer ended ${direction}.${path.join('.')}: ${text}`;
      this.queue.fail(new RpcError('peer-failed', names, detail, { cause: error }));
    }
    if (this.queue.isReleased) this.#options.onDone();
  }

  fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = { error };
    this.queue.fail(error);
    this.#failureCallback?.(error);
    this.#notify();
  }

  #throwIfFailed(): void {
    if (this.#failed) throw this.#failed.error;
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

function stoppedReading(names: CallNames): RpcError {
  return new RpcError('canceled', names, 'the peer stopped reading');
}
