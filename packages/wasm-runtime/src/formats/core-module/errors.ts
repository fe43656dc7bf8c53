/** The bytes are no core module that this package can read; V8 has the last word on whether they are valid. */
export class MalformedModuleError extends Error {
  override readonly name = 'MalformedModuleError';
  /** Position in the module in bytes. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message} (at byte ${offset} of a core module)`);
    this.offset = offset;
  }
}

/** The module may be fine, but needs what no engine here has. The message is the end of a sentence: `it uses …`. */
export class UnsupportedModuleError extends Error {
  override readonly name = 'UnsupportedModuleError';
}

/** Objects of garbage collected types are in the heap of the host's thread, where nothing bounds them. */
export function unsupportedGarbageCollection(): UnsupportedModuleError {
  return new UnsupportedModuleError(
    'its code uses types of the garbage collection proposal, whose objects take memory of the host without limit',
  );
}
