/** Why a provider archive can't be used. */
export type ArchiveErrorCode =
  /** No tar file, damaged, or of a form that no tool makes. */
  | 'malformed'
  /** An entry whose name leads out of the archive, or that is no plain file. */
  | 'unsafe'
  /** Larger than an archive may be. */
  | 'too-large'
  /** Claims or programs are missing. */
  | 'incomplete'
  /** It has no program for this kind of machine. */
  | 'target'
  /** What is in it is not what was signed. */
  | 'hash';

/** A provider archive that can't be used; the message says why and what to check. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
  readonly code: ArchiveErrorCode;

  constructor(code: ArchiveErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
