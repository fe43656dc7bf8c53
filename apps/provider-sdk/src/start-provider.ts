import type { HealthReply, HostData, SecretMap, StringMap } from '@wasmlattice/provider-host/protocol';
import type { Invoker, Server } from '@wasmlattice/rpc';
import {
  describeError,
  type Logger,
  noopMeter,
  noopTracer,
  type Redactor,
  shownSecret,
} from '@wasmlattice/telemetry';
import type { NatsConnection } from 'nats';
import { acceptProviderConfig } from './check-config.js';
import { type CommandQueue, createCommandQueue } from './control/command-queue.js';
import { type ControlHandlers, subscribeControl } from './control/control-subscriptions.js';
import { createLinkHandler, type LinkHandler } from './links/link-handler.js';
import { createLinkSecrets, type OpenSecrets } from './links/link-secrets.js';
import { natsAccess } from './nats-connection.js';
import type { Provider, ProviderContext } from './provider.js';
import { invokerForProvider, serveExports } from './serve.js';
import type { ProviderTelemetry } from './telemetry.js';

export interface StartProviderOptions {
  readonly hostData: HostData;
  /** The rpc connection. It belongs to the caller, as do server and invoker. */
  readonly connection: NatsConnection;
  readonly server: Server;
  readonly invoker: Invoker;
  readonly logger: Logger;
  /** For the provider's own use; by default nothing is recorded. */
  readonly telemetry?: ProviderTelemetry;
  /** Learns of secrets that come later: what the logger and the telemetry write must not have them. */
  readonly redactor?: Pick<Redactor, 'add' | 'text'>;
}

/** A provider at work. */
export interface StartedProvider {
  /** Resolves when the host asked for the shutdown, or {@link stop} was called, and everything is done. */
  readonly stopped: Promise<void>;
  /** Shuts down as if the host had asked. Later calls wait for the first. */
  stop(): Promise<void>;
}

/** What a provider is doing; health checks tell the host. */
type ProviderState = 'starting' | 'serving' | 'stopping';

/** Calls that take longer are not waited for: the host gives 300 ms for the whole shutdown. */
export const callDrainMs = 150;

/**
 * Brings a provider to life in upstream's order: control subscriptions, `init`, links of the start, exports. What
 * the host sends meanwhile waits, but health checks are answered.
 *
 * Rejects with what `init` threw, or when the exports can't be served.
 */
export async function startProvider(
  provider: Provider,
  options: StartProviderOptions,
): Promise<StartedProvider> {
  const { hostData, connection, server, logger } = options;
  const own = { config: hostData.config, secrets: hostData.secrets };
  const linkSecrets = createLinkSecrets(hostData);
  const open: OpenSecrets = (sealed) => {
    const secrets = linkSecrets.open(sealed);
    options.redactor?.add(Object.values(secrets).map(shownSecret));
    return secrets;
  };
  const queue = createCommandQueue();
  const links = createLinkHandler({
    providerId: hostData.providerKey,
    provider,
    config: () => own.config,
    openSecrets: open,
    logger,
  });
  const { promise: stopped, resolve: setStopped } = Promise.withResolvers<void>();
  let state: ProviderState = 'starting';
  let shutDown: Promise<void> | undefined;
  const shutdown = async (): Promise<void> => {
    state = 'stopping';
    await Promise.race([Promise.all([queue.close(), server.close()]), elapsed(callDrainMs)]);
    try {
      await provider.shutdown?.();
    } catch (error) {
      logger.error('the shutdown of the provider failed', { error });
    }
  };
  const shutdownOnce = (): Promise<void> => {
    shutDown ??= shutdown();
    return shutDown;
  };

  // The queue's first command: everything the host sends from now on comes after it.
  const started = queue.run(async () => {
    acceptProviderConfig(provider.configSchema, own.config, logger);
    await provider.init?.(contextOf(options, own));
    // What fails is in the log; hosts of ours put it again to learn of it.
    for (const link of hostData.linkDefinitions) await links.put(link).catch(() => {});
  });
  // A failure is for the caller; until it waits for the start below, it must not count as unhandled.
  started.catch(() => {});
  const control = await subscribeControl({
    connection,
    lattice: hostData.latticeRpcPrefix,
    providerId: hostData.providerKey,
    linkPutId: linkSecrets.publicKey ?? hostData.providerKey,
    hostId: hostData.hostId,
    instanceId: hostData.instanceId,
    redact: (text) => options.redactor?.text(text) ?? text,
    handlers: {
      ...queuedCommands({ queue, links, provider, own, open, logger }),
      health: async () => ({
        ...(await healthOf(provider, state)),
        instanceId: hostData.instanceId,
        isServing: state === 'serving',
      }),
      shutdown: shutdownOnce,
      afterShutdown: setStopped,
    },
    logger,
  });
  const unsubscribe = (): void => {
    for (const subscription of control) subscription.unsubscribe();
  };
  try {
    await started;
    await serveExports({ provider, server, providerId: hostData.providerKey, logger });
  } catch (error) {
    unsubscribe();
    throw error;
  }
  if (state === 'starting') state = 'serving';
  return {
    stopped: stopped.then(unsubscribe),
    async stop() {
      await shutdownOnce();
      setStopped();
    },
  };
}

/** What the provider has of its own, as of now. */
interface OwnValues {
  config: StringMap;
  secrets: SecretMap;
}

function queuedCommands({
  links,
  logger,
  open,
  own,
  provider,
  queue,
}: {
  readonly queue: CommandQueue;
  readonly links: LinkHandler;
  readonly provider: Provider;
  readonly own: OwnValues;
  readonly open: OpenSecrets;
  readonly logger: Logger;
}): Pick<ControlHandlers, 'putLink' | 'deleteLink' | 'updateConfig' | 'updateSecrets'> {
  const putAgain = async (): Promise<void> => {
    if (provider.linksUseConfig === true) await links.putAllAgain();
  };
  return {
    putLink: (link) => queue.run(() => links.put(link)),
    deleteLink: (link) => queue.run(() => links.delete(link)),
    updateConfig: (config) =>
      queue.run(async () => {
        acceptProviderConfig(provider.configSchema, config, logger);
        own.config = config;
        await provider.updateConfig?.(config);
        await putAgain();
      }),
    updateSecrets: (sealed) =>
      queue.run(async () => {
        own.secrets = open(sealed);
        await provider.updateSecrets?.(own.secrets);
        await putAgain();
      }),
  };
}

function contextOf(options: StartProviderOptions, own: OwnValues): ProviderContext {
  const { hostData, invoker, logger, telemetry } = options;
  return {
    id: hostData.providerKey,
    lattice: hostData.latticeRpcPrefix,
    hostId: hostData.hostId,
    get config() {
      return own.config;
    },
    get secrets() {
      return own.secrets;
    },
    nats: natsAccess(hostData),
    invoker: invokerForProvider(invoker, hostData.providerKey),
    logger,
    tracer: telemetry?.tracer ?? noopTracer,
    meter: telemetry?.meter ?? noopMeter,
  };
}

async function healthOf(provider: Provider, state: ProviderState): Promise<HealthReply> {
  if (state !== 'serving') return { healthy: false, message: `the provider is ${state}` };
  try {
    return (await provider.health?.()) ?? { healthy: true };
  } catch (error) {
    return { healthy: false, message: describeError(error) };
  }
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
