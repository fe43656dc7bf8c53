import type { ConfigSchema } from '@wasmlattice/provider-host/config-schema';
import type { HealthReply, HostData, SecretMap, StringMap } from '@wasmlattice/provider-host/protocol';
import type { Invoker, Server } from '@wasmlattice/rpc';
import { describeError, type Logger, type Redactor, shownSecret } from '@wasmlattice/telemetry';
import type { NatsConnection } from 'nats';
import { acceptProviderConfig } from './check-config.js';
import { type CommandQueue, createCommandQueue } from './control/command-queue.js';
import { type ControlHandlers, subscribeControl } from './control/control-subscriptions.js';
import { createLinkHandler, type LinkHandler } from './links/link-handler.js';
import type { LinkMapControl } from './links/link-map.js';
import { createLinkSecrets, type OpenSecrets } from './links/link-secrets.js';
import type { Provider, ProviderFactory } from './provider.js';
import { createContext } from './provider-context.js';
import { serveExports } from './serve.js';
import type { ProviderTelemetry } from './telemetry.js';

export interface StartProviderOptions {
  /** What the provider is: the name of the NATS connections that it opens. */
  readonly name: string;
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

/** Calls that take longer are not waited for, unless the host allows it: it gives 300 ms for the whole shutdown. */
const callDrainMs = 150;

/** Longest time to tell callers that their calls were not waited for, in ms, of the same 300. */
const tellMs = 50;

/** Longest time for closing what the provider has open, in ms, of the same 300. */
const closeMs = 80;

/**
 * Brings a provider to life in upstream's order: control subscriptions, the provider, links of the start, exports. What
 * the host sends meanwhile waits, but health checks are answered.
 *
 * Rejects with what the factory threw, or when the exports can't be served; nothing is left open then.
 */
export async function startProvider(
  factory: ProviderFactory,
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
  const { context, maps, seal } = createContext(options, own);
  const links = createLinkHandler({
    providerId: hostData.providerKey,
    maps,
    config: () => own.config,
    openSecrets: open,
    logger,
  });
  const { promise: stopped, resolve: setStopped } = Promise.withResolvers<void>();
  let state: ProviderState = 'starting';
  let provider: Provider = {};
  let shutDown: Promise<void> | undefined;
  const shutdown = async (drainMs: number): Promise<void> => {
    state = 'stopping';
    const closed = Promise.all([queue.close(), server.close({ drainTimeoutMs: drainMs })]);
    await Promise.race([closed, elapsed(drainMs + tellMs)]);
    await Promise.race([closeProvider(provider, maps, logger), elapsed(closeMs)]);
  };
  const shutdownOnce = (drainMs = callDrainMs): Promise<void> => {
    shutDown ??= shutdown(drainMs);
    return shutDown;
  };

  // The queue's first command: everything the host sends from now on comes after it.
  const started = queue.run(async () => {
    provider = await factory(context);
    seal();
    acceptProviderConfig(schemasOf(maps), own.config, logger);
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
      ...queuedCommands({ queue, links, maps, provider: () => provider, own, open, logger }),
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
    await closeProvider(provider, maps, logger);
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

/** The links first: what they have open may use what the provider has. */
async function closeProvider(
  provider: Provider,
  maps: readonly LinkMapControl[],
  logger: Logger,
): Promise<void> {
  await Promise.all(maps.map((map) => map.close()));
  try {
    await provider.close?.();
  } catch (error) {
    logger.error('the provider could not be closed', { error });
  }
}

function schemasOf(maps: readonly LinkMapControl[]): readonly ConfigSchema[] {
  return maps.flatMap(({ schema }) => schema ?? []);
}

/** What the provider has of its own, as of now. */
interface OwnValues {
  config: StringMap;
  secrets: SecretMap;
}

function queuedCommands({
  links,
  logger,
  maps,
  open,
  own,
  provider,
  queue,
}: {
  readonly queue: CommandQueue;
  readonly links: LinkHandler;
  readonly maps: readonly LinkMapControl[];
  /** It is made by the queue's first command. */
  readonly provider: () => Provider;
  readonly own: OwnValues;
  readonly open: OpenSecrets;
  readonly logger: Logger;
}): Pick<ControlHandlers, 'putLink' | 'deleteLink' | 'updateConfig' | 'updateSecrets'> {
  return {
    putLink: (link) => queue.run(() => links.put(link)),
    deleteLink: (link) => queue.run(() => links.delete(link)),
    updateConfig: (config) =>
      queue.run(async () => {
        acceptProviderConfig(schemasOf(maps), config, logger);
        own.config = config;
        await provider().updateConfig?.(config);
        await links.putAllAgain();
      }),
    updateSecrets: (sealed) =>
      queue.run(async () => {
        own.secrets = open(sealed);
        await provider().updateSecrets?.(own.secrets);
        await links.putAllAgain();
      }),
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
