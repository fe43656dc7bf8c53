import type { LoginSource } from './credentials.js';
import type { HttpTransport } from './http-transport.js';
import { RegistryConnection } from './registry-connection.js';
import { Repository } from './repository.js';

export interface RegistryDirectoryOptions {
  readonly logins: LoginSource;
  readonly transport: HttpTransport;
  /** Registries that are reached over plain HTTP; `true` for all. */
  readonly insecure?: readonly string[] | true;
  /** Registries to ask before another one, by the name of that. */
  readonly mirrors?: ReadonlyMap<string, readonly string[]>;
}

/** The registries that a program talks to, by their names in references. */
export class RegistryDirectory {
  readonly #options: RegistryDirectoryOptions;
  readonly #connections = new Map<string, RegistryConnection>();

  constructor(options: RegistryDirectoryOptions) {
    this.#options = options;
  }

  repository(registry: string, repository: string): Repository {
    let connection = this.#connections.get(registry);
    if (connection === undefined) {
      const { insecure = [], logins, transport } = this.#options;
      connection = new RegistryConnection({
        registry,
        insecure: insecure === true || insecure.includes(registry),
        logins,
        transport,
      });
      this.#connections.set(registry, connection);
    }
    return new Repository(connection, repository);
  }

  /** The registries to ask, mirrors first. */
  sources(registry: string): readonly string[] {
    return [...(this.#options.mirrors?.get(registry) ?? []), registry];
  }

  /** Signs in anew from the next request on: its login is another one. */
  forget(registry: string): void {
    this.#connections.delete(registry);
  }

  close(): void {
    this.#connections.clear();
    this.#options.transport.close();
  }
}
