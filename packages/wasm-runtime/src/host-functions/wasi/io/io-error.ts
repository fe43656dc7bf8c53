/** Resource `wasi:io/error.error`: a failed stream operation. Other packages recognise theirs by `cause`. */
export class IoError {
  readonly cause: unknown;

  constructor(cause: unknown) {
    this.cause = cause;
  }

  toDebugString(): string {
    return this.cause instanceof Error ? this.cause.message : String(this.cause);
  }
}
