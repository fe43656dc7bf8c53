/** How to sign in to a registry. Never log one. */
export type RegistryLogin =
  /** Nobody, whatever other sources know. */
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** A token that the registry takes as it is. */
  | { readonly kind: 'bearer'; readonly token: string }
  /** A token that its token service gives others for, as `docker login` keeps it. */
  | { readonly kind: 'identity'; readonly token: string };

/** Looks up who to be at a registry; `undefined` is nobody in particular. */
export interface LoginSource {
  /** `registry` as references name it, such as `ghcr.io`, `localhost:5000`, `docker.io`. */
  loginFor(registry: string): Promise<RegistryLogin | undefined>;
}

/** Asks one source after the other; the first that knows the registry counts. */
export function firstLogin(...sources: readonly LoginSource[]): LoginSource {
  return {
    async loginFor(registry) {
      for (const source of sources) {
        const login = await source.loginFor(registry);
        if (login !== undefined) return login;
      }
      return undefined;
    },
  };
}

/** Logins that are told while a host runs: at its start, by its configuration service, by `registry.put`. */
export class LoginTable implements LoginSource {
  readonly #logins = new Map<string, RegistryLogin>();

  put(registry: string, login: RegistryLogin): void {
    this.#logins.set(registry.toLowerCase(), login);
  }

  has(registry: string): boolean {
    return this.#logins.has(registry.toLowerCase());
  }

  loginFor(registry: string): Promise<RegistryLogin | undefined> {
    return Promise.resolve(this.#logins.get(registry.toLowerCase()));
  }
}
