/** How to sign in to an artifact registry (docs/spec/control-interface.md#7). Never log one. */
export interface RegistryCredential {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
  /** `oci` if not given. */
  readonly registryType: string;
}

/** Credentials by registry host, e.g. `ghcr.io`. */
export type RegistryCredentials = Readonly<Record<string, RegistryCredential>>;
