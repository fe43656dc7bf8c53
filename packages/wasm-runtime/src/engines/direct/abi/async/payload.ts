import type { PrimitiveKind, WitType } from '@wasmlattice/rpc';
import type { Codec } from '../codec.js';
import type { LiftLowerContext } from '../lift-lower-context.js';
import { type NumberKind, numberKinds } from '../lists.js';
import type { Chunk } from './buffers.js';
import type { ChunkMemory } from './chunk-memory.js';

/** How elements of a stream, or the value of a future, lie in the memory of a guest, which may have run since. Addresses and lengths were checked. */
export interface Payload {
  /** Of one element, in bytes. */
  readonly size: number;
  readonly align: number;
  /** Numbers are a view of the memory: it is to be copied before the guest goes on. */
  read(cx: LiftLowerContext, address: number, count: number): Chunk;
  /** Numbers are a copy. */
  readOwn(cx: LiftLowerContext, address: number, count: number, memory?: ChunkMemory): Chunk;
  write(cx: LiftLowerContext, address: number, chunk: Chunk): void;
}

/** @param codec of `element` */
export function payloadOf(element: WitType | undefined, codec: Codec | undefined): Payload {
  if (element === undefined || codec === undefined) return nothing;
  const numbers = numberKinds[element.kind as PrimitiveKind];
  return numbers === undefined ? values(codec) : numbersPayload(element.kind, numbers, codec);
}

/** What a component may pass to itself. */
export function isNumberOrNothing(element: WitType | undefined): boolean {
  return element === undefined || numberKinds[element.kind as PrimitiveKind] !== undefined;
}

const nothing: Payload = {
  size: 0,
  align: 1,
  read: (_cx, _address, count) => ({ length: count }),
  readOwn: (_cx, _address, count) => ({ length: count }),
  write() {},
};

function values(codec: Codec): Payload {
  const { size, align } = codec.layout;
  const read: Payload['read'] = (cx, address, count) => {
    cx.enter();
    cx.countElements(count);
    const chunk: unknown[] = [];
    for (let i = 0; i < count; i++) chunk.push(codec.load(cx, address + size * i));
    return chunk;
  };
  return {
    size,
    align,
    read,
    readOwn: read,
    write(cx, address, chunk) {
      cx.enter();
      for (let i = 0; i < chunk.length; i++) codec.store(cx, address + size * i, chunk[i]);
    },
  };
}

function numbersPayload(kind: string, { array, accepts }: NumberKind, codec: Codec): Payload {
  const size = array.BYTES_PER_ELEMENT;
  return {
    size,
    align: size,
    read(cx, address, count) {
      cx.memory.refresh();
      return cx.memory.numbers(array).subarray(address / size, address / size + count);
    },
    readOwn(cx, address, count, memory) {
      cx.memory.refresh();
      if (memory !== undefined && array === Uint8Array) {
        return memory.copy(cx.memory.bytes.subarray(address, address + count));
      }
      return cx.memory.numbers(array).slice(address / size, address / size + count);
    },
    write(cx, address, chunk) {
      cx.memory.refresh();
      if (chunk instanceof Uint8Array && array === Uint8Array) {
        cx.memory.bytes.set(chunk, address);
        return;
      }
      if (chunk instanceof array) {
        cx.memory.bytes.set(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength), address);
        return;
      }
      for (let i = 0; i < chunk.length; i++) {
        const value = chunk[i];
        if (!accepts(value)) throw cx.trap(`element ${i} of a chunk is no ${kind}: ${String(value)}`);
        codec.store(cx, address + size * i, value);
      }
    },
  };
}
