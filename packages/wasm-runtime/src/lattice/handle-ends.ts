import type { WitResource } from '@wasmlattice/rpc';
import type { InputStream, Pollable } from '../host-functions/wasi/io/index.js';

/** Turns the handles of one call into what goes over the wire, and back. */
export interface HandleEnds {
  giveStream(stream: InputStream): AsyncIterable<Uint8Array>;
  takeStream(chunks: AsyncIterable<Uint8Array>): InputStream;
  /** @param isBytes whether the chunks have to be bytes, and not arrays */
  giveNativeStream(stream: NativeStream, isBytes: boolean): AsyncIterable<unknown>;
  takeNativeStream(chunks: AsyncIterable<Iterable<unknown>>, isBytes: boolean): AsyncIterable<unknown>;
  giveNativeFuture(future: unknown): Promise<unknown>;
  givePollable(pollable: Pollable): Promise<void>;
  takePollable(future: Promise<unknown>): Pollable;
  giveRemote(object: unknown, owned: boolean): Uint8Array;
  takeRemote(resource: WitResource, handle: Uint8Array, owned: boolean): unknown;
  giveGuest(resource: WitResource, object: unknown): Uint8Array;
  takeGuest(resource: WitResource, handle: Uint8Array, owned: boolean): unknown;
}

/** What an engine hands out for a stream of the component model: `direct` an iterator of chunks. */
export type NativeStream = ChunkIterator | ElementReader;

export type ChunkIterator = AsyncIterableIterator<ArrayLike<unknown>>;

/** Of jco: elements one by one, or many at once. */
export interface ElementReader {
  read(count: number): Promise<{ readonly done?: boolean; readonly value?: ArrayLike<unknown> }>;
  [Symbol.dispose](): void;
}
