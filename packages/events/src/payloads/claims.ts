import type { JsonObject, ObjectReader } from '@wasmlattice/control-interface/codec';

/** What embedded claims say about a component or provider (docs/spec/events.md#4). */
export interface EventClaims {
  /** The account that signed, `A…`. */
  readonly issuer: string;
  /** Seconds since 1970; absent means no bound. */
  readonly notBefore?: number | undefined;
  /** Seconds since 1970; absent means never. */
  readonly expires?: number | undefined;
  readonly name?: string | undefined;
  readonly version?: string | undefined;
}

/** `not_before_human` and `expires_human` are seconds as decimal text or `never`, whatever their names say. */
export function encodeClaimsTimes(claims: EventClaims): JsonObject {
  return {
    not_before_human: claims.notBefore?.toString() ?? 'never',
    expires_human: claims.expires?.toString() ?? 'never',
  };
}

/** The inverse of {@link encodeClaimsTimes}, with the other members both kinds of claims share. */
export function readClaims(reader: ObjectReader): EventClaims {
  return {
    issuer: reader.stringOr('issuer', ''),
    notBefore: seconds(reader.optionalString('not_before_human')),
    expires: seconds(reader.optionalString('expires_human')),
    name: reader.optionalString('name'),
    version: reader.optionalString('version'),
  };
}

function seconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
