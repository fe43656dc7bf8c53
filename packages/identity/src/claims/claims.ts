/** What a token may be about. */
export type TokenKind = 'component' | 'provider' | 'host' | 'account' | 'operator' | 'cluster';

/** What is said of a component (docs/spec/security.md#3). */
export interface ComponentMetadata {
  readonly name?: string | undefined;
  /** SHA-256 of the component without its tokens, in hexadecimal upper case. */
  readonly hash: string;
  readonly tags?: readonly string[] | undefined;
  readonly revision?: number | undefined;
  readonly version?: string | undefined;
  /** A name for calls, of lower-case ASCII. */
  readonly callAlias?: string | undefined;
  /** Whether it is a provider in the form of a module; no tool of today makes one. */
  readonly provider: boolean;
}

/** What is said of a provider archive. */
export interface ProviderMetadata {
  readonly name?: string | undefined;
  readonly vendor: string;
  readonly revision?: number | undefined;
  readonly version?: string | undefined;
  /** By target such as `x86_64-linux`: SHA-256 of its executable, in hexadecimal upper case. */
  readonly targetHashes: ReadonlyMap<string, string>;
  /** A JSON schema for the configuration of its links. */
  readonly configSchema?: unknown;
}

/** What is said of a host. */
export interface HostMetadata {
  readonly name?: string | undefined;
  readonly labels?: ReadonlyMap<string, string> | undefined;
}

/** What is said of an account, an operator or a cluster. */
export interface SignerMetadata {
  readonly name?: string | undefined;
  /** Public keys that may sign in its place. */
  readonly validSigners?: readonly string[] | undefined;
}

export interface MetadataByKind {
  readonly component: ComponentMetadata;
  readonly provider: ProviderMetadata;
  readonly host: HostMetadata;
  readonly account: SignerMetadata;
  readonly operator: SignerMetadata;
  readonly cluster: SignerMetadata;
}

/** What a token says. Times are in seconds since the epoch. */
export interface Claims<K extends TokenKind = TokenKind> {
  readonly kind: K;
  readonly id: string;
  readonly issuedAt: number;
  /** Public key of the signer; any kind of key may sign. */
  readonly issuer: string;
  /** Public key of the thing itself. */
  readonly subject: string;
  readonly expires?: number | undefined;
  readonly notBefore?: number | undefined;
  readonly metadata?: MetadataByKind[K] | undefined;
  /** The revision of the token format; hashes count from 3 on. */
  readonly formatRevision?: number | undefined;
}

/** A token as it was found, with what it says. Its signature is another matter: `verifyToken`. */
export interface Token<K extends TokenKind = TokenKind> {
  readonly text: string;
  readonly claims: Claims<K>;
}

/** The format that tools of today write. */
export const currentFormatRevision = 3;
