/**
 * A key that can't be used: `malformed` text, or a sound key of the `wrong-kind`. The message never repeats the
 * text, which may be a seed.
 */
export class InvalidKeyError extends Error {
  override readonly name = 'InvalidKeyError';
  readonly code: 'malformed' | 'wrong-kind';

  constructor(code: 'malformed' | 'wrong-kind', message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A sealed box that does not open: wrong sender, wrong recipient, damaged, or not a box of version `xkv1`. */
export class SealedBoxError extends Error {
  override readonly name = 'SealedBoxError';
}
