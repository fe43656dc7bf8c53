import type { LoginTable, RegistryLogin } from '@wasmlattice/artifacts';
import type { RegistryCredential, RegistryCredentials } from '@wasmlattice/control-interface';
import type { Logger } from '@wasmlattice/telemetry';

/** What the lattice says about who to be at registries. */
export interface RegistryLogins {
  /** Takes the place of what was known of these registries: at start, and by `registry.put`. */
  put(credentials: RegistryCredentials): void;
}

export interface RegistryLoginsOptions {
  readonly table: LoginTable;
  /** Of `--oci-registry`; what the configuration service says of the same registry wins (docs/spec/security.md#6.2). */
  readonly login:
    | { readonly registry: string; readonly username: string; readonly password: string }
    | undefined;
  /** What the configuration service of the lattice said. */
  readonly fromService?: RegistryCredentials;
  /** Told of registries that are to be signed in to anew. */
  readonly onChange: (registry: string) => void;
  readonly logger: Logger;
}

export function createRegistryLogins(options: RegistryLoginsOptions): RegistryLogins {
  const { table, login, fromService = {}, onChange, logger } = options;
  const put = (credentials: RegistryCredentials): void => {
    for (const [name, credential] of Object.entries(credentials)) {
      const registry = registryName(name);
      table.put(registry, loginOf(registry, credential, logger));
      onChange(registry);
    }
  };
  put(fromService);
  if (login !== undefined) {
    const registry = registryName(login.registry);
    if (table.has(registry)) {
      logger.warn(
        'the configuration service has credentials for the registry of --oci-registry: they count',
        {
          registry,
        },
      );
    } else {
      table.put(registry, { kind: 'basic', username: login.username, password: login.password });
    }
  }
  return { put };
}

/** The names under which clients know Docker Hub are one. */
function registryName(text: string): string {
  const [name = ''] = text
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .split('/', 1);
  return name === 'index.docker.io' || name === 'registry-1.docker.io' ? 'docker.io' : name;
}

/** docs/spec/security.md#6.2; a token alone is sent, where a wasmCloud host is nobody in particular. */
function loginOf(registry: string, credential: RegistryCredential, logger: Logger): RegistryLogin {
  const { username, password, token, registryType } = credential;
  if (registryType !== 'oci') {
    logger.warn('the type of a registry is not known: it is taken for an OCI registry', {
      registry,
      registryType,
    });
  }
  if (username !== undefined && password !== undefined) return { kind: 'basic', username, password };
  if (username === undefined && password === undefined) {
    return token === undefined ? { kind: 'anonymous' } : { kind: 'bearer', token };
  }
  logger.warn(
    'credentials of a registry are incomplete: user and password go together; nobody signs in there',
    {
      registry,
    },
  );
  return { kind: 'anonymous' };
}
