import { SecretsClient, watchSecretChanges } from '@wasmlattice/secrets';
import type { Logger, Redactor } from '@wasmlattice/telemetry';
import type { NatsConnection } from 'nats';
import type { ConfigStore } from '../lattice-store/config-store.js';
import { createHostToken } from './host-token.js';
import { SecretFetcher } from './secret-fetcher.js';
import { createSecretResolver, type SecretResolver } from './secret-resolver.js';

/** Puts the resolver of a host together; without a topic it refuses every secret. */
export function createSecrets(options: {
  readonly ctl: NatsConnection;
  readonly topic: string | undefined;
  readonly refreshMs: number;
  readonly hostId: string;
  readonly friendlyName: string;
  readonly configs: Pick<ConfigStore, 'get' | 'follow'>;
  readonly redactor: Pick<Redactor, 'add'>;
  readonly logger: Logger;
}): SecretResolver {
  const { configs, ctl: connection, logger, redactor, refreshMs, topic: prefix } = options;
  const client = prefix === undefined ? undefined : new SecretsClient({ connection, prefix });
  const hostToken = createHostToken(options.hostId, options.friendlyName, Date.now());
  return createSecretResolver({
    configs,
    fetcher: new SecretFetcher({ configs, client, hostToken }),
    watch: (onChange) =>
      prefix === undefined ? () => {} : watchSecretChanges({ connection, prefix, onChange, logger }),
    refreshMs,
    redactor,
    logger,
  });
}
