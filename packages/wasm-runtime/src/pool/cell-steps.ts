import { type CoreModule, type SharedMemory, webAssembly } from '../engines/web-assembly.js';

/**
 * Steps on shared counts that happen as a whole or not at all, even if the thread is ended meanwhile: `cell-steps.wat`. Each
 * argument but `n` and `next` is the address of a cell, in bytes. They also cost a quarter of the same made of `Atomics`.
 */
export interface CellSteps {
  /**
   * Adds `n` to a count and to the thread's tally of it, unless the count would pass its limit.
   *
   * @returns 1, or 0 when there is no room
   */
  takeBelow(count: number, tally: number, n: number, limit: number): number;
  /**
   * Inverse of `takeBelow`.
   *
   * @returns what the cell `read` holds after that
   */
  giveBack(count: number, tally: number, n: number, read: number): number;
  /**
   * Puts one of the tally of this thread under way to another one, if its door is open.
   *
   * @returns 1, or 0 when the door is closed or something is under way already
   */
  handOver(tally: number, door: number, handed: number): number;
  /**
   * Adds what is under way at a door to a tally; the door becomes `next`.
   *
   * @returns 1, or 0 when nothing is
   */
  takeHanded(tally: number, door: number, next: number): number;
}

/** Of one thread that waits for what others hand over. */
export const door = {
  /** Nobody waits there, or what was handed to it last was not taken. */
  closed: -1,
  open: 0,
  /** Something belongs to the thread, though it does not know yet. */
  underWay: 1,
} as const;

export function cellSteps(memory: SharedMemory): CellSteps {
  compiled ??= new webAssembly.Module(Buffer.from(binary, 'base64'));
  return new webAssembly.Instance(compiled, { cells: { memory } }).exports as unknown as CellSteps;
}

let compiled: CoreModule | undefined;

/** In base64. */
export const binary: string =
  'AGFzbQEAAAABEAJgBH9/f38Bf2ADf39/AX8CFAEFY2VsbHMGbWVtb3J5AgMBgIAEAwUEAAABAQcwBAl0YWtlQmVsb3cAAAhnaXZlQmFjawABCGhhbmRPdmVyAAIKdGFr' +
  'ZUhhbmRlZAADCqMBBD4BAX8DQCAA/hACACEEIAQgAmogA/4QAgBKBEBBAA8LIAQgACAEIAQgAmr+SAIARw0ACyABIAL+HgIAGkEBCxoAIAEgAv4lAgAaIAAgAv4lAgAa' +
  'IAP+EAIACyYAIAFBAEEB/kgCAAR/QQAFIABBAf4lAgAaIAJBAf4eAgAaQQELCyAAIAFBASAC/kgCAEEBRgR/IABBAf4eAgAaQQEFQQALCwB5BG5hbWUCZgQABQAFY291' +
  'bnQBBXRhbGx5AgFuAwVsaW1pdAQEc2VlbgEEAAVjb3VudAEFdGFsbHkCAW4DBHJlYWQCAwAFdGFsbHkBBGRvb3ICBmhhbmRlZAMDAAV0YWxseQEEZG9vcgIEbmV4dAMK' +
  'AQABAAVhZ2Fpbg==';
