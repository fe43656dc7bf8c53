import type { WitType } from '../types.js';

/**
 * Where a stream or future sits: indexes of params or result, members and elements (docs/spec/wrpc.md#6.3).
 */
export type IndexPath = readonly number[];

export type StreamType = Extract<WitType, { kind: 'stream' }>;
export type FutureType = Extract<WitType, { kind: 'future' }>;

/** A stream or future met while encoding: announced as pending, to be sent on the channel of its path. */
export interface DeferredValue {
  readonly path: IndexPath;
  readonly type: StreamType | FutureType;
  readonly value: unknown;
}

/** Collects what has to be sent after the synchronous part. */
export class EncodeScope {
  readonly path: IndexPath;
  readonly deferred: DeferredValue[];

  constructor(path: IndexPath = [], deferred: DeferredValue[] = []) {
    this.path = path;
    this.deferred = deferred;
  }

  child(index: number): EncodeScope {
    return new EncodeScope([...this.path, index], this.deferred);
  }

  defer(type: StreamType | FutureType, value: unknown): void {
    this.deferred.push({ path: this.path, type, value });
  }
}

/** Gives a decoder the values that arrive on channels of their own. */
export interface DecodeScope {
  child(index: number): DecodeScope;
  /** An async iterable of chunks. */
  stream(type: StreamType): unknown;
  /** A promise. */
  future(type: FutureType): unknown;
}

const refuse = (): never => {
  throw new TypeError('a stream or future needs a transport: use an Invoker or a Server');
};

/** For values that hold neither streams nor futures. */
export const noDecodeScope: DecodeScope = { child: () => noDecodeScope, stream: refuse, future: refuse };
