import type { ConfigStore } from '../lattice-store/config-store.js';
import type { ResolvedSecrets } from './followed-secrets.js';
import { splitNames } from './names.js';
import type { SecretOwner } from './secret-fetcher.js';
import type { SecretResolver } from './secret-resolver.js';

/** What a list of names means to the workload that has it. */
export interface WorkloadValues {
  config(): ReadonlyMap<string, string>;
  secrets(): ResolvedSecrets;
  close(): void;
}

/**
 * Gets configs and secrets of a list, and tells when either is another.
 *
 * @throws ConfigStoreError, SecretsError when one can't be had: then nothing is followed
 */
export async function followWorkload(
  names: readonly string[],
  owner: SecretOwner,
  stores: { readonly configs: Pick<ConfigStore, 'bundle'>; readonly secrets: Pick<SecretResolver, 'bundle'> },
  on: { readonly config: (config: ReadonlyMap<string, string>) => void; readonly secrets: () => void },
): Promise<WorkloadValues> {
  const split = splitNames(names);
  const config = await stores.configs.bundle(split.configs, on.config);
  try {
    const secrets = await stores.secrets.bundle(split.secrets, owner, on.secrets);
    return {
      config: () => config.current(),
      secrets: () => secrets.current(),
      close() {
        config.close();
        secrets.close();
      },
    };
  } catch (error) {
    config.close();
    throw error;
  }
}
