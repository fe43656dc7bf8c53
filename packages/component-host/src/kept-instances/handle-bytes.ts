import { randomBytes } from 'node:crypto';

/**
 * What our handles on the wire say: which member of the component's group keeps the resource, and which one it is. 24
 * bytes; peers take them as they are (docs/spec/wrpc.md#7).
 */
export interface HandleNames {
  /** Lower-case hexadecimal, 16 digits. */
  readonly owner: string;
  /** Lower-case hexadecimal, 32 digits; not to be guessed. */
  readonly id: string;
}

const ownerBytes = 8;
const idBytes = 16;

/** A name for one member: a component in one thread of one host, from its start to its end. */
export function createOwner(): string {
  return randomBytes(ownerBytes).toString('hex');
}

/** Whether a text can be what {@link createOwner} makes. */
export function isOwner(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text);
}

export function createHandle(owner: string): HandleNames {
  return { owner, id: randomBytes(idBytes).toString('hex') };
}

export function handleToBytes({ owner, id }: HandleNames): Uint8Array {
  return Buffer.from(owner + id, 'hex');
}

/** Inverse of {@link handleToBytes}; `undefined` for what can't be one of ours. */
export function handleFromBytes(handle: unknown): HandleNames | undefined {
  if (!(handle instanceof Uint8Array) || handle.length !== ownerBytes + idBytes) return undefined;
  const hex = Buffer.from(handle.buffer, handle.byteOffset, handle.byteLength).toString('hex');
  return { owner: hex.slice(0, ownerBytes * 2), id: hex.slice(ownerBytes * 2) };
}

/** Where calls for the resources of one member go; below the component's own subjects, so that the same permissions cover it. */
export function ownerTarget(componentId: string, owner: string): string {
  return `${componentId}.owner-${owner}`;
}
