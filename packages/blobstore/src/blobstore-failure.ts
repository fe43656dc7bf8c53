import type { BlobstoreObjectId } from '@wasmlattice/rpc/interfaces';

/** What a component is told, a text: it names container and object, and nothing of the machine. */
export class BlobstoreFailure extends Error {
  override readonly name = 'BlobstoreFailure';
}

export function noContainer(name: string): BlobstoreFailure {
  return new BlobstoreFailure(`container ${quoted(name)} does not exist`);
}

export function noObject(id: BlobstoreObjectId): BlobstoreFailure {
  return new BlobstoreFailure(`object ${nameOf(id)} does not exist`);
}

/** @throws BlobstoreFailure for a range that ends before it begins */
export function checkRange(start: bigint, end: bigint): void {
  if (end < start) throw new BlobstoreFailure(`the end of the range, ${end}, is before its start, ${start}`);
}

/** `"a.txt" of container "box"` */
export function nameOf({ container, object }: BlobstoreObjectId): string {
  return `${quoted(object)} of container ${quoted(container)}`;
}

export function quoted(name: string): string {
  return JSON.stringify(name);
}
