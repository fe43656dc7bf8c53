import type { WitResource } from '@wasmlattice/rpc';
import type { HostImport, HostImports } from '../../../engine.js';
import { AbiInstance } from '../abi-instance.js';
import type { ResourceOrigin, StringEncoding } from '../core-types.js';
import { GuestMemory } from '../guest-memory.js';
import type { Pointer } from '../layout.js';
import { LiftLowerContext } from '../lift-lower-context.js';

/** A guest that is nothing but memory and an allocator, so that values can be put there and looked at. */
export interface HandMadeGuest {
  readonly cx: LiftLowerContext;
  readonly instance: AbiInstance;
  /** Sizes that were allocated. */
  readonly allocations: readonly number[];
  allocate(align: number, size: number): number;
}

export interface HandMadeGuestOptions {
  readonly encoding?: StringEncoding;
  readonly resources?: ReadonlyMap<WitResource, ResourceOrigin>;
  readonly imports?: HostImports;
  readonly pages?: number;
  readonly tracksLends?: boolean;
  /** How addresses are passed; by default as i32. */
  readonly pointer?: Pointer;
}

const pageSize = 65536;

export function handMadeGuest(options: HandMadeGuestOptions = {}): HandMadeGuest {
  const instance = new AbiInstance(options.resources ?? new Map());
  instance.startWatching(options.imports ?? new Map<string, HostImport>(), undefined);
  const allocations: number[] = [];
  let heap = 1024;
  const allocate = (align: number, size: number): number => {
    allocations.push(size);
    const start = Math.ceil(heap / align) * align;
    heap = start + size;
    return start;
  };
  const { pointer = 'i32' } = options;
  const buffer = new ArrayBuffer((options.pages ?? 16) * pageSize);
  const cx = new LiftLowerContext(
    instance.part(0),
    'test function',
    {
      encoding: options.encoding ?? 'utf8',
      memory: new GuestMemory({ buffer }, pointer),
      realloc: (old, oldSize, align, size) => {
        const address = allocate(Number(align), Number(size));
        const kept = Math.min(Number(oldSize), Number(size));
        new Uint8Array(buffer).copyWithin(address, Number(old), Number(old) + kept);
        return pointer === 'i64' ? BigInt(address) : address;
      },
    },
    options.tracksLends ?? false,
  );
  cx.enter();
  return { cx, instance, allocations, allocate };
}
