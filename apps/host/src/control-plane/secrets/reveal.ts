import type { SecretEntries } from '@wasmlattice/component-host';
import type { SecretMap } from '@wasmlattice/provider-host/protocol';
import type { ResolvedSecrets } from './followed-secrets.js';

/** For the threads that serve a component. */
export function revealToThreads(secrets: ResolvedSecrets): SecretEntries {
  return [...secrets].map(([name, secret]) => [name, secret.reveal()]);
}

/** For a provider: within its HostData, or to be sealed. */
export function revealToProvider(secrets: ResolvedSecrets): SecretMap {
  return Object.fromEntries([...secrets].map(([name, secret]) => [name, secret.reveal()]));
}
