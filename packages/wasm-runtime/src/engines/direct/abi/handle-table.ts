import type { WitResource } from '@wasmlattice/rpc';
import { defaultGuestLimits, type GuestLimits } from '../../../limits/guest-limits.js';
import { AbiTrap } from './abi-trap.js';

/** Something that can be borrowed, and must not be given away meanwhile. */
export interface Lendable {
  lends: number;
}

/** What a guest knows by a number: resources, and what asynchronous functions need besides. */
export interface TableEntry {
  /** `undefined` for all but resources. */
  readonly resource: WitResource | undefined;
}

/** An entry that is no resource. */
export interface OtherEntry extends TableEntry {
  /** Names it in messages, with its article. */
  readonly what: string;
}

/** A resource that a guest knows by a number. */
export class Handle implements TableEntry, Lendable {
  readonly resource: WitResource;
  /** The host's object, or the number by which the guest knows a resource of its own. */
  readonly rep: object | number;
  readonly own: boolean;
  /** The call for whose time it was lent to the guest. */
  readonly scope: BorrowScope | undefined;
  lends = 0;

  constructor(resource: WitResource, rep: object | number, own: boolean, scope?: BorrowScope) {
    this.resource = resource;
    this.rep = rep;
    this.own = own;
    this.scope = scope;
  }
}

/** A call, and how many of the handles that it was lent it has not dropped yet. */
export interface BorrowScope {
  borrows: number;
}

/** How many handles the parts of a component hold together. Each costs the host an object, and the guest next to nothing. */
export class HandleCount {
  limits: GuestLimits = defaultGuestLimits;
  held = 0;
}

/** Places that an emptied table keeps: V8 takes longer to shorten an array than to clear a few places. */
const keptPlaces = 64;

const nothing: readonly never[] = [];

/** The handles of one part. Numbers start at 1 and are given out again, the latest freed first. */
export class HandleTable {
  readonly #count: HandleCount;
  readonly #entries: (Handle | OtherEntry | undefined)[] = [undefined];
  /** The first number that was never given out since the table was emptied. */
  #end = 1;
  /** Numbers that were given back; the first {@link HandleTable.#freeCount} count. */
  readonly #free: number[] = [];
  #freeCount = 0;

  constructor(count: HandleCount) {
    this.#count = count;
  }

  /** @param label names the function, for messages */
  add(resource: WitResource, rep: object | number, own: boolean, label: string): number {
    this.#countOne('resources', label);
    return this.#put(new Handle(resource, rep, own));
  }

  /** Adds a handle that the guest has to drop before `scope` is over. */
  lend(resource: WitResource, rep: object | number, scope: BorrowScope, label: string): number {
    this.#countOne('resources', label);
    scope.borrows++;
    return this.#put(new Handle(resource, rep, false, scope));
  }

  /** Adds what is no resource. */
  addOther(entry: OtherEntry, label: string): number {
    this.#countOne('resources, waitables and the like', label);
    return this.#put(entry);
  }

  get(index: number, resource: WitResource, label: string): Handle {
    const handle = this.#entries[index];
    if (handle === undefined || handle.resource !== resource)
      throw wrongHandle(index, nameOf(resource), handle, label);
    return handle as Handle;
  }

  /** @param what it has to be, with its article */
  getOther<T extends OtherEntry>(index: number, type: EntryType<T>, what: string, label: string): T {
    const entry = this.#entries[index];
    if (!(entry instanceof type)) throw wrongHandle(index, what, entry, label);
    return entry;
  }

  /** Takes a handle out that nobody borrows at the moment. */
  remove(index: number, resource: WitResource, label: string): Handle {
    const handle = this.get(index, resource, label);
    if (handle.lends > 0) {
      throw new AbiTrap(
        `${label}: handle ${index} (${nameOf(resource)}) is borrowed and can't be given away`,
      );
    }
    this.#release(index);
    return handle;
  }

  /** Takes out what {@link HandleTable.getOther} gave for `index`. */
  removeOther(index: number): void {
    this.#release(index);
  }

  forEachOther(visit: (entry: OtherEntry) => void): void {
    for (const entry of this.#entries) if (entry !== undefined && !(entry instanceof Handle)) visit(entry);
  }

  /** Empties the table. Returns what was in it, the latest first. */
  clear(): readonly (Handle | OtherEntry)[] {
    const isEmpty = this.#freeCount === this.#end - 1;
    const left = isEmpty ? nothing : this.#entries.filter((handle) => handle !== undefined).reverse();
    if (!isEmpty) this.#entries.fill(undefined);
    if (this.#entries.length > keptPlaces) this.#entries.length = 1;
    if (this.#free.length > keptPlaces) this.#free.length = 0;
    this.#end = 1;
    this.#freeCount = 0;
    this.#count.held -= left.length;
    return left;
  }

  #countOne(what: string, label: string): void {
    const { limits, held } = this.#count;
    if (held >= limits.values.handles) {
      throw limits.exceeded('handles', `holds ${held} ${what} and gets one more by ${label}`);
    }
    this.#count.held++;
  }

  #put(entry: Handle | OtherEntry): number {
    const index = this.#freeCount > 0 ? (this.#free[--this.#freeCount] as number) : this.#end++;
    this.#entries[index] = entry;
    return index;
  }

  #release(index: number): void {
    this.#entries[index] = undefined;
    this.#free[this.#freeCount++] = index;
    this.#count.held--;
  }
}

type EntryType<T> = abstract new (...args: never[]) => T;

function wrongHandle(
  index: number,
  expected: string,
  found: Handle | OtherEntry | undefined,
  label: string,
): AbiTrap {
  if (found === undefined) return new AbiTrap(`${label}: there is no handle ${index} (expected ${expected})`);
  const what = describe(found);
  return new AbiTrap(
    what === expected
      ? `${label}: handle ${index} is ${what} of another type`
      : `${label}: handle ${index} is ${what}, expected ${expected}`,
  );
}

function describe(entry: Handle | OtherEntry): string {
  return entry instanceof Handle ? nameOf(entry.resource) : entry.what;
}

/** `wasi:io/streams@0.2.3 input-stream` */
export function nameOf({ instance, name }: WitResource): string {
  if (name === '') return 'a resource';
  return instance === '' ? `resource ${name}` : `${instance} ${name}`;
}
