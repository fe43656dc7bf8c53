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
