import { join } from 'node:path';
import {
  ArtifactCache,
  ArtifactPuller,
  createHttpTransport,
  dockerConfigLogins,
  firstLogin,
  LoginTable,
  RegistryDirectory,
} from '@wasmlattice/artifacts';
import type { RegistryCredentials } from '@wasmlattice/control-interface';
import type { EventPublisher } from '@wasmlattice/events';
import type { Logger } from '@wasmlattice/telemetry';
import type { Environment } from '../../config/read-settings.js';
import type { RegistriesConfig } from '../../config/registries.js';
import { createPullReporter } from './pull-progress.js';
import { RegistryArtifacts } from './registry-artifacts.js';
import { createRegistryLogins, type RegistryLogins } from './registry-logins.js';

export interface OpenRegistriesOptions {
  readonly config: RegistriesConfig;
  /** Certificates of `--tls-ca-path`, each as PEM. */
  readonly authorities: readonly string[];
  /** Folder whose part `artifacts` is the cache. */
  readonly cacheDir: string;
  /** Where proxies and the Docker configuration are named. */
  readonly env: Environment;
  readonly hostId: string;
  readonly events: EventPublisher;
  /** What the configuration service of the lattice said about registries. */
  readonly fromService?: RegistryCredentials;
  readonly logger: Logger;
}

/** The registries of one host. */
export interface Registries {
  readonly artifacts: RegistryArtifacts;
  readonly logins: RegistryLogins;
  /** Gives up what is being fetched; safe to call twice. */
  close(): void;
}

/** Assembles what fetches from registries. Nothing is connected before the first artifact is asked for. */
export function openRegistries(options: OpenRegistriesOptions): Registries {
  const { authorities, cacheDir, config, env, events, fromService, hostId, logger } = options;
  const table = new LoginTable();
  const docker = dockerConfigLogins({ env, onProblem: (problem) => logger.warn(problem) });
  const registries = new RegistryDirectory({
    logins: firstLogin(table, docker),
    transport: createHttpTransport({ authorities, proxyEnv: env }),
    insecure: config.insecure,
    mirrors: config.mirrors,
  });
  const logins = createRegistryLogins({
    table,
    login: config.login,
    ...(fromService !== undefined && { fromService }),
    onChange: (registry) => registries.forget(registry),
    logger,
  });
  const puller = new ArtifactPuller({
    registries,
    cache: new ArtifactCache({ folder: join(cacheDir, 'artifacts'), maxBytes: config.cacheBytes }),
    allowLatest: config.allowLatest,
    onProgress: createPullReporter({ hostId, events, logger }),
  });
  return {
    artifacts: new RegistryArtifacts({ puller, logger }),
    logins,
    close: () => puller.close(),
  };
}
