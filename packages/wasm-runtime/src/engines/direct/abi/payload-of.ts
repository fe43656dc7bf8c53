/** The `err` of a WIT result. @throws the error itself when it is none, which traps the guest */
export function payloadOf(error: unknown): unknown {
  if (typeof error === 'object' && error !== null && Object.hasOwn(error, 'payload')) {
    return (error as { readonly payload: unknown }).payload;
  }
  if (error instanceof Error) throw error;
  return error;
}
