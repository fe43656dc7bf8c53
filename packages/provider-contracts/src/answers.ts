import type { Result } from '@wasmlattice/rpc';

/** The value of an `ok`; throws what an `err` says. */
export function okOf<T, E>(result: Result<T, E>): T {
  if (result.tag === 'err') throw new Error(`an err instead of an ok: ${JSON.stringify(result.val)}`);
  return result.val as T;
}

/** A call that reached nobody is to be tried again; any other failure is an answer. */
export function unlessNotFound(error: unknown): void {
  if (error instanceof Error && 'code' in error && error.code === 'not-found') throw error;
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
