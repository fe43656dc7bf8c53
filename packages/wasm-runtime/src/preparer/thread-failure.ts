/** An error that crosses threads: names, messages and causes survive, classes do not. */
export interface ThreadFailure {
  readonly name: string;
  readonly message: string;
  readonly cause?: ThreadFailure;
}

/** More causes than this are left out. */
const maxCauses = 8;

export function toThreadFailure(error: unknown, depth = 0): ThreadFailure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, cause } = error;
  return cause === undefined || depth === maxCauses
    ? { name, message }
    : { name, message, cause: toThreadFailure(cause, depth + 1) };
}

/** Inverse of {@link toThreadFailure} as far as there is one. */
export function fromThreadFailure({ name, message, cause }: ThreadFailure): Error {
  const error =
    cause === undefined ? new Error(message) : new Error(message, { cause: fromThreadFailure(cause) });
  error.name = name;
  return error;
}
