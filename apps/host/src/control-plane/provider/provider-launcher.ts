import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  type EventPublisher,
  healthCheckFailed,
  healthCheckPassed,
  healthCheckStatus,
} from '@wasmlattice/events';
import type { XKey } from '@wasmlattice/identity';
import type { LatticeConnectionSettings } from '@wasmlattice/lattice-connection';
import {
  createSharedProcess,
  type GroupGuard,
  type HttpClients,
  type HttpTargets,
  type ProcessProviderRequest,
  type ProviderStart,
  type RunningProvider,
  startHttpClientProvider,
  startHttpServerProvider,
  startProcessProvider,
  startProviderThread,
} from '@wasmlattice/provider-host';
import { builtinNames } from '@wasmlattice/provider-host/config-schema';
import type { HostData } from '@wasmlattice/provider-host/protocol';
import type { Logger } from '@wasmlattice/telemetry';
import type { NatsConnection } from 'nats';
import type { Environment } from '../../config/read-settings.js';
import type { HostConfig } from '../../config.js';
import type { ProviderLaunch, ProviderLauncher } from './hosted-provider.js';
import { isOfOurs } from './is-of-ours.js';

export interface ProviderLauncherOptions {
  readonly config: HostConfig;
  readonly env: Environment;
  readonly hostId: string;
  /** By which secrets are sealed for providers. */
  readonly hostXkey: XKey;
  /** Takes secrets out of what providers write and say. */
  readonly redact: (text: string) => string;
  readonly rpc: NatsConnection;
  /** Ends the processes of providers if this one dies first. */
  readonly guard: GroupGuard;
  /** How the process of a provider connects. */
  readonly connectionOf: (providerId: string) => LatticeConnectionSettings;
  readonly http: HttpTargets;
  readonly httpClients: HttpClients;
  readonly events: EventPublisher;
  readonly logger: Logger;
}

/** What the start of a provider needs that may run apart. */
type LaunchedStart = ProviderStart &
  Pick<ProviderLaunch, 'beside' | 'onCrash' | 'onRestart' | 'onSilence' | 'xkey'>;

/** A reference to a builtin this host does not have. */
export class UnknownBuiltinError extends Error {
  override readonly name = 'UnknownBuiltinError';

  constructor(name: string) {
    super(
      `unknown builtin name: ${name}; this host has ${builtinNames.map((each) => `wasmcloud+builtin://${each}`).join(', ')}`,
    );
  }
}

const healthEvents = {
  passed: healthCheckPassed,
  failed: healthCheckFailed,
  status: healthCheckStatus,
} as const;

/** Starts built-in providers inside the host, and all others as processes of their own, or those of ours in one that they share. */
export function createProviderLauncher(options: ProviderLauncherOptions): ProviderLauncher {
  const { config, hostId, events, logger } = options;
  const shared = config.providersInProcess
    ? createSharedProcess({
        nodePath: process.execPath,
        environment: options.env,
        guard: options.guard,
        logger: logger.named('shared'),
        redact: options.redact,
      })
    : undefined;

  const launchBuiltin = (name: string, start: LaunchedStart): Promise<RunningProvider> => {
    switch (name) {
      case 'http-server':
        return startHttpServerProvider({ targets: options.http, logger }, start);
      case 'http-client':
        return startHttpClientProvider({ clients: options.httpClients, logger }, start);
      case 'messaging-nats':
        return launchProcess(builtinProgram('messaging-nats'), start, startProviderThread);
      default:
        return Promise.reject(new UnknownBuiltinError(name));
    }
  };

  const launchProcess = async (
    file: string,
    start: LaunchedStart,
    startProcess?: ProcessProviderRequest['startProcess'],
  ): Promise<RunningProvider> => {
    return await startProcessProvider(
      {
        connection: options.rpc,
        inboxPrefix: config.nats.rpc.inboxPrefix,
        lattice: config.lattice,
        hostId,
        environment: options.env,
        nodePath: process.execPath,
        guard: options.guard,
        logger,
        redact: options.redact,
        timing: {
          startTimeoutMs: config.providerStartTimeoutMs,
          shutdownDelayMs: config.providerShutdownDelayMs,
          healthTimeoutMs: config.nats.rpcTimeoutMs,
        },
      },
      {
        ...start,
        file,
        startProcess,
        xkey: start.xkey.publicKey,
        onHealth: (outcome) => {
          events
            .publish(healthEvents[outcome]({ hostId, providerId: start.id }))
            .catch((error: unknown) => logger.warn('a health event could not be published', { error }));
        },
      },
    );
  };

  return {
    offersBuiltin(name) {
      if (name === 'http-client') return config.httpClient.allow.length > 0;
      if (name === 'messaging-nats') return true;
      return name === 'http-server' && config.features.builtinHttpServer;
    },
    async launch(launch) {
      const { artifact } = launch;
      const start: ProviderStart = {
        id: launch.providerId,
        async loadHostData() {
          if (artifact.kind === 'file') await artifact.restore?.();
          return await hostData(options, launch);
        },
      };
      const { beside, onCrash, onRestart, onSilence, signal, xkey } = launch;
      const launched = { ...start, beside, onCrash, onRestart, onSilence, signal, xkey };
      return artifact.kind === 'builtin'
        ? await launchBuiltin(artifact.name, launched)
        : await launchProcess(
            artifact.path,
            launched,
            shared !== undefined && (await isOfOurs(artifact.path)) ? shared.start : undefined,
          );
    },
  };
}

/** The program of a provider of ours, which runs in a thread of the host as a built-in one. */
function builtinProgram(name: string): string {
  const manifest = import.meta.resolve(`@wasmlattice/provider-${name}/package.json`);
  return fileURLToPath(new URL('./dist/main.js', manifest));
}

/** What a provider needs to begin, as of now (docs/spec/lattice-data.md#6). */
async function hostData(
  { config, connectionOf, hostId, hostXkey }: ProviderLauncherOptions,
  launch: ProviderLaunch,
): Promise<HostData> {
  const { observability } = config;
  const { credentials, inboxPrefix, tls, url } = connectionOf(launch.providerId);
  return {
    hostId,
    latticeRpcPrefix: config.lattice,
    linkName: 'default',
    latticeRpcUserJwt: credentials?.jwt ?? '',
    latticeRpcUserSeed: credentials?.seed ?? '',
    latticeRpcUrl: url,
    ...(inboxPrefix !== undefined && { latticeRpcInboxPrefix: inboxPrefix }),
    ...(tls !== undefined && { latticeRpcTls: { ca: tls.ca } }),
    providerKey: launch.providerId,
    envValues: {},
    instanceId: randomUUID(),
    linkDefinitions: await launch.links(),
    clusterIssuers: [],
    config: launch.config(),
    secrets: launch.secrets(),
    hostXkeyPublicKey: hostXkey.publicKey,
    providerXkeyPrivateKey: launch.xkey.seed(),
    defaultRpcTimeoutMs: config.nats.rpcTimeoutMs,
    structuredLogging: config.log.structured,
    logLevel: config.log.level,
    otelConfig: {
      enableObservability: false,
      enableTraces: observability.traces.enabled,
      enableMetrics: observability.metrics.enabled,
      enableLogs: observability.logs.enabled,
      observabilityEndpoint: observability.endpoint,
      tracesEndpoint: observability.traces.endpoint,
      metricsEndpoint: observability.metrics.endpoint,
      logsEndpoint: observability.logs.endpoint,
      protocol: observability.protocol,
      additionalCaPaths: config.registries.authorityFiles,
      traceLevel: observability.traceLevel,
    },
  };
}
