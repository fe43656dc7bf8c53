/**
 * Why applications can't be read or written:
 *
 * - `unavailable`: no JetStream, no bucket, or no permission to use it
 * - `version-exists`: a version of this name has been put already
 * - `bad-name`: the name can't be part of a key
 * - `taken`: another lattice has a record under the same key
 * - `unreadable`: the record is none of an application
 * - `conflict`: others kept changing the same record
 * - `too-large`: the server takes no record of this size
 */
export type ApplicationStoreErrorCode =
  | 'unavailable'
  | 'version-exists'
  | 'bad-name'
  | 'taken'
  | 'unreadable'
  | 'conflict'
  | 'too-large';

/** Applications of a lattice can't be read or written. */
export class ApplicationStoreError extends Error {
  override readonly name = 'ApplicationStoreError';
  readonly code: ApplicationStoreErrorCode;

  constructor(code: ApplicationStoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
