import {
  type Answer,
  failed,
  type Link,
  type OptionalAnswer,
  ok,
  type ProviderDescription,
  type StartProviderCommand,
  type StopProviderCommand,
  silent,
} from '@wasmlattice/control-interface';
import {
  causeChain,
  type EventPublisher,
  providerStarted,
  providerStartFailed,
  providerStopped,
} from '@wasmlattice/events';
import type { RunningProvider } from '@wasmlattice/provider-host';
import type { Logger } from '@wasmlattice/telemetry';
import {
  type ArtifactReference,
  normalizeProviderReference,
  parseArtifactReference,
} from '../artifacts/artifact-reference.js';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { createKeyedQueue } from '../keyed-queue.js';
import type { ConfigBundle, ConfigStore } from '../lattice-store/config-store.js';
import type { LatticeStore } from '../lattice-store/lattice-store.js';
import type { LinkService } from '../link-service.js';

/** The providers of one host: started, linked and stopped by control commands. */
export interface ProviderService {
  /** Answers at once; the outcome is told by events (docs/spec/control-interface.md#5.2). */
  start(command: StartProviderCommand): OptionalAnswer;
  stop(command: StopProviderCommand): Promise<Answer>;
  isRunning(providerId: string): boolean;
  describe(): ProviderDescription[];
  /** A new or changed link of the lattice: delivered when its source or target runs here. */
  linkPut(link: Link): void;
  linkDeleted(link: Link): void;
  /** Resolves when what was queued for these providers so far is done. */
  settled(providerIds: readonly string[]): Promise<void>;
  /** Stops everything without events, as a host that stops does. */
  stopAll(): Promise<void>;
}

/** Starts a provider from its artifact; the seam between the control plane and the kinds of providers. */
export interface ProviderLauncher {
  /** Whether this host has the builtin switched on. */
  offersBuiltin(name: string): boolean;
  launch(request: ProviderLaunch): Promise<RunningProvider>;
}

export interface ProviderLaunch {
  readonly providerId: string;
  readonly artifact: Extract<ArtifactReference, { kind: 'file' | 'builtin' }>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Merged configuration of this moment. */
  readonly config: () => Readonly<Record<string, string>>;
  /** Links of this moment that have the provider as source or target, with their configs resolved. */
  readonly links: () => Promise<Awaited<ReturnType<LinkService['resolve']>>[]>;
}

export interface ProviderServiceOptions {
  readonly hostId: string;
  readonly artifacts: ArtifactStore;
  readonly lattice: LatticeStore;
  readonly configs: ConfigStore;
  readonly links: LinkService;
  readonly events: EventPublisher;
  readonly launcher: ProviderLauncher;
  readonly logger: Logger;
}

interface Entry {
  readonly imageRef: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly provider: RunningProvider;
  readonly config: ConfigBundle;
}

export function createProviderService(options: ProviderServiceOptions): ProviderService {
  const { hostId, artifacts, lattice, configs, links, events, launcher, logger } = options;
  const running = new Map<string, Entry>();
  const starting = new Set<string>();
  const queue = createKeyedQueue();
  let closed = false;

  const resolvedLinks = async (
    providerId: string,
  ): Promise<Awaited<ReturnType<LinkService['resolve']>>[]> => {
    const own = lattice.links().filter((link) => link.sourceId === providerId || link.target === providerId);
    const resolved = await Promise.all(
      own.map((link) =>
        links.resolve(link).catch((error: unknown) => {
          logger.warn('a link is left out: its configuration can not be resolved', {
            provider: providerId,
            link,
            error,
          });
          return undefined;
        }),
      ),
    );
    return resolved.filter((link) => link !== undefined);
  };

  const carryOut = async (command: StartProviderCommand): Promise<void> => {
    const { providerId, providerRef, annotations } = command;
    const artifact = await artifacts.fetchProvider(providerRef);
    const imageRef = normalizeProviderReference(providerRef);
    let provider: RunningProvider | undefined;
    let changedSinceRead = false;
    const updateConfig = (values: ReadonlyMap<string, string>): void => {
      changedSinceRead = true;
      provider
        ?.updateConfig(Object.fromEntries(values))
        .catch((error: unknown) =>
          logger.warn('a config update was not delivered', { provider: providerId, error }),
        );
    };
    const config = await configs.bundle(command.config, updateConfig);
    try {
      await lattice.update(providerId, (spec) => spec ?? { url: imageRef, links: [] });
      provider = await launcher.launch({
        providerId,
        artifact,
        annotations,
        config() {
          changedSinceRead = false;
          return Object.fromEntries(config.current());
        },
        links: () => resolvedLinks(providerId),
      });
    } catch (error) {
      config.close();
      throw error;
    }
    if (changedSinceRead) updateConfig(config.current());
    running.set(providerId, { imageRef, annotations, provider, config });
    await events.publish(
      providerStarted({
        hostId: command.hostId === '' ? hostId : command.hostId,
        providerId,
        imageRef,
        annotations,
      }),
    );
  };

  const deliver = (link: Link, deliverTo: (provider: RunningProvider) => Promise<void>): void => {
    for (const id of new Set([link.sourceId, link.target])) {
      // Queued behind a start of the same provider: links that come meanwhile are not lost.
      if (!running.has(id) && !starting.has(id)) continue;
      queue
        .run(id, async () => {
          const entry = running.get(id);
          if (entry !== undefined) await deliverTo(entry.provider);
        })
        .catch((error: unknown) => logger.error('a link was not delivered', { provider: id, link, error }));
    }
  };

  return {
    start(command) {
      const { providerId, providerRef } = command;
      if (closed) return failed('the host is stopping');
      if (running.has(providerId) || starting.has(providerId)) {
        return failed('provider with that ID is already running');
      }
      if (isDisabledBuiltin(providerRef, launcher)) return silent;
      starting.add(providerId);
      void queue
        .run(providerId, () => carryOut(command))
        .catch(async (error: unknown) => {
          logger.error('provider could not be started', { provider: providerId, image: providerRef, error });
          await events.publish(
            providerStartFailed({
              hostId: command.hostId === '' ? hostId : command.hostId,
              providerId,
              providerRef,
              error: causeChain(error),
            }),
          );
        })
        .catch((error: unknown) => logger.error('an event could not be published', { error }))
        .finally(() => starting.delete(providerId));
      return ok('successfully started provider');
    },

    stop: ({ providerId }) =>
      queue.run(providerId, async () => {
        const entry = running.get(providerId);
        if (entry === undefined) return failed('provider with that ID is not running');
        running.delete(providerId);
        entry.config.close();
        await entry.provider.stop();
        await events.publish(
          providerStopped({ hostId, providerId, annotations: entry.annotations, reason: 'stop' }),
        );
        return ok('successfully stopped provider');
      }),

    isRunning: (providerId) => running.has(providerId) || starting.has(providerId),

    describe: () =>
      [...running].map(([id, { imageRef, annotations }]) => ({ id, imageRef, annotations, revision: 0 })),

    linkPut(link) {
      deliver(link, async (provider) => provider.putLink(await links.resolve(link)));
    },
    linkDeleted(link) {
      deliver(link, (provider) => provider.deleteLink(link));
    },

    async settled(providerIds) {
      const here = providerIds.filter((id) => running.has(id));
      await Promise.all(here.map((id) => queue.run(id, async () => {})));
    },

    async stopAll() {
      closed = true;
      await queue.idle();
      const all = [...running.values()];
      running.clear();
      await Promise.all(
        all.map(async ({ provider, config }) => {
          config.close();
          await provider.stop();
        }),
      );
    },
  };
}

/** A reference that can't be parsed is told by an event, not here. */
function isDisabledBuiltin(reference: string, launcher: ProviderLauncher): boolean {
  try {
    const parsed = parseArtifactReference(reference);
    return (
      parsed.kind === 'builtin' && knownBuiltins.has(parsed.name) && !launcher.offersBuiltin(parsed.name)
    );
  } catch {
    return false;
  }
}

/**
 * For these a host that has them switched off stays silent, so that another may answer
 * (docs/spec/control-interface.md#5.2).
 */
const knownBuiltins: ReadonlySet<string> = new Set(['http-server', 'messaging-nats']);
