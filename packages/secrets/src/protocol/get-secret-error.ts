/** Kinds that come with a reason, with the words that upstream puts before it. */
const withReason = {
  InvalidEntityJWT: 'Invalid Entity JWT: ',
  InvalidHostJWT: 'Invalid Host JWT: ',
  UpstreamError: 'Error fetching secret: ',
  PolicyError: 'Error processing policies: $',
  Other: 'Encountered an unknown error fetching secret: ',
} as const;

/** Kinds that say all by themselves. */
const withoutReason = {
  SecretNotFound: 'Secret not found',
  InvalidXKey: 'Invalid XKey',
  EncryptionError: 'Error encrypting secret',
  DecryptionError: 'Error decrypting secret',
  Unauthorized: 'Error fetching secret: unauthorized',
  InvalidRequest: 'Invalid request',
  InvalidPayload: 'Invalid payload',
  InvalidHeaders: 'Invalid headers',
} as const;

export type GetSecretErrorKind = keyof typeof withReason | keyof typeof withoutReason;

/** Why a backend gives no secret (docs/spec/security.md#7.2). */
export class GetSecretError extends Error {
  override readonly name = 'GetSecretError';
  readonly kind: GetSecretErrorKind;
  readonly reason: string | undefined;

  constructor(kind: keyof typeof withReason, reason: string);
  constructor(kind: keyof typeof withoutReason);
  constructor(kind: GetSecretErrorKind, reason?: string) {
    super(isWithReason(kind) ? `${withReason[kind]}${reason}` : withoutReason[kind]);
    this.kind = kind;
    this.reason = reason;
  }
}

/** A text, or an object with one member whose value is the reason. */
export function errorToJson({ kind, reason }: GetSecretError): unknown {
  return isWithReason(kind) ? { [kind]: reason ?? '' } : kind;
}

/** Inverse of {@link errorToJson}; `undefined` for what is none. */
export function errorFromJson(value: unknown): GetSecretError | undefined {
  if (typeof value === 'string') {
    return Object.hasOwn(withoutReason, value)
      ? new GetSecretError(value as keyof typeof withoutReason)
      : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const [[kind, reason] = []] = Object.entries(value);
  if (kind === undefined || !isWithReason(kind)) return undefined;
  return new GetSecretError(kind, String(reason));
}

function isWithReason(kind: string): kind is keyof typeof withReason {
  return Object.hasOwn(withReason, kind);
}
