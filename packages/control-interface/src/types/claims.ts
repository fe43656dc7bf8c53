/**
 * The claims of a component in the record `CLAIMS_{subject}` (docs/spec/lattice-data.md#3). Unknown values
 * are `''`.
 */
export interface StoredComponentClaims {
  readonly kind: 'component';
  readonly callAlias: string;
  readonly issuer: string;
  readonly name: string;
  /** Decimal text, `0` if unknown. */
  readonly revision: string;
  readonly subject: string;
  readonly tags: readonly string[];
  readonly version: string;
}

/**
 * The claims of a provider in the record `CLAIMS_{subject}` (docs/spec/lattice-data.md#3). Unknown values are
 * `''`.
 */
export interface StoredProviderClaims {
  readonly kind: 'provider';
  readonly issuer: string;
  readonly name: string;
  /** Decimal text, `0` if unknown. */
  readonly revision: string;
  readonly subject: string;
  readonly version: string;
  /** JSON text; absent without one. */
  readonly configSchema?: string | undefined;
}

/** The claims of a component or a provider. */
export type StoredClaims = StoredComponentClaims | StoredProviderClaims;
