/** Guest or host broke a rule of the canonical ABI. The message names the function and what was wrong. */
export class AbiTrap extends Error {
  override readonly name = 'AbiTrap';
}

/** The type is none the direct engine passes: streams, futures and error contexts need asynchronous canonical options. */
export class UnsupportedTypeError extends Error {
  override readonly name = 'UnsupportedTypeError';
}
