import type { WitResource } from '@wasmlattice/rpc';
import { defaultGuestLimits, type GuestLimits } from '../../../limits/guest-limits.js';
import { AbiTrap } from './abi-trap.js';

/** Something that can be borrowed, and must not be given away meanwhile. */
export interface Lendable {
  lends: number;
}

/** What a guest knows by a number. */
export class Handle implements Lendable {
  readonly resource: WitResource;
  /** The host's object, or the number by which the guest knows a resource of its own. */
  readonly rep: object | number;
  readonly own: boolean;
  lends = 0;

  constructor(resource: WitResource, rep: object | number, own: boolean) {
    this.resource = resource;
    this.rep = rep;
    this.own = own;
  }
}

/** How many handles the parts of a component hold together. Each costs the host an object, and the guest next to nothing. */
export class HandleCount {
  limits: GuestLimits = defaultGuestLimits;
  held = 0;
}

/** The handles of one part. Numbers start at 1 and are given out again, the latest freed first. */
export class HandleTable {
  readonly #count: HandleCount;
  readonly #entries: (Handle | undefined)[] = [undefined];
  readonly #free: number[] = [];

  constructor(count: HandleCount) {
    this.#count = count;
  }

  /** @param label names the function, for messages */
  add(resource: WitResource, rep: object | number, own: boolean, label: string): number {
    const { limits, held } = this.#count;
    if (held >= limits.values.handles) {
      throw limits.exceeded('handles', `holds ${held} resources and gets one more by ${label}`);
    }
    this.#count.held++;
    const handle = new Handle(resource, rep, own);
    const free = this.#free.pop();
    if (free === undefined) return this.#entries.push(handle) - 1;
    this.#entries[free] = handle;
    return free;
  }

  get(index: number, resource: WitResource, label: string): Handle {
    const handle = this.#entries[index];
    if (handle === undefined || handle.resource !== resource)
      throw wrongHandle(index, resource, handle, label);
    return handle;
  }

  /** Takes a handle out that nobody borrows at the moment. */
  remove(index: number, resource: WitResource, label: string): Handle {
    const handle = this.get(index, resource, label);
    if (handle.lends > 0) {
      throw new AbiTrap(
        `${label}: handle ${index} (${nameOf(resource)}) is borrowed and can't be given away`,
      );
    }
    this.#entries[index] = undefined;
    this.#free.push(index);
    this.#count.held--;
    return handle;
  }

  /** Empties the table. Returns what was in it, the latest first. */
  clear(): Handle[] {
    if (this.#entries.length === 1) return [];
    const left = this.#entries.filter((handle) => handle !== undefined).reverse();
    this.#entries.length = 1;
    this.#free.length = 0;
    this.#count.held -= left.length;
    return left;
  }
}

function wrongHandle(
  index: number,
  resource: WitResource,
  found: Handle | undefined,
  label: string,
): AbiTrap {
  return new AbiTrap(
    found === undefined
      ? `${label}: there is no handle ${index} (expected ${nameOf(resource)})`
      : `${label}: handle ${index} is ${nameOf(found.resource)}, expected ${nameOf(resource)}`,
  );
}

/** `wasi:io/streams@0.2.3 input-stream` */
export function nameOf({ instance, name }: WitResource): string {
  return instance === '' ? `resource ${name}` : `${instance} ${name}`;
}
