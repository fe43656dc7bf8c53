/** What went wrong with a registry, as far as callers treat it differently. */
export type RegistryErrorCode =
  /** Nobody answers: wrong name or port, no network, a proxy that does not pass it on, silence. */
  | 'unreachable'
  /** Its certificate is of no authority that is trusted, or of another name. */
  | 'untrusted'
  /** It wants credentials, others, or more rights. */
  | 'unauthorized'
  /** It has no such repository, tag, manifest or blob. */
  | 'not-found'
  /** It is overloaded or broken: a later attempt may do. */
  | 'unavailable'
  /** It answers what no registry should, or refuses for another reason. */
  | 'refused'
  /** What it sent has another size or digest than was announced. */
  | 'corrupt'
  /** More bytes than are permitted. */
  | 'too-large'
  /** The artifact is of no kind that can be used here. */
  | 'unsupported'
  /** Settings forbid it, as they do the tag `latest`. */
  | 'prohibited'
  /** Whoever asked is stopping. */
  | 'closed';

export interface RegistryErrorDetails {
  readonly code: RegistryErrorCode;
  /** Host and port as references name them. */
  readonly registry: string;
  /** The request that failed, if it was one. */
  readonly url?: string | undefined;
  readonly status?: number | undefined;
  /** Codes of the registry's own errors, such as `MANIFEST_UNKNOWN`, with their messages. */
  readonly answers?: readonly RegistryAnswer[] | undefined;
  readonly cause?: unknown;
}

/** An error as registries write it: `{"errors":[{"code":…,"message":…}]}`. */
export interface RegistryAnswer {
  readonly code: string;
  readonly message: string;
}

/** A failure at a registry; the message names the registry and says what to check. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly code: RegistryErrorCode;
  readonly registry: string;
  readonly url: string | undefined;
  readonly status: number | undefined;
  readonly answers: readonly RegistryAnswer[];

  constructor(message: string, details: RegistryErrorDetails) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.code = details.code;
    this.registry = details.registry;
    this.url = details.url;
    this.status = details.status;
    this.answers = details.answers ?? [];
  }
}

export function isRegistryError(error: unknown): error is RegistryError {
  return error instanceof Error && error.name === 'RegistryError';
}
