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
import { parseArtifactReference } from '../artifacts/artifact-reference.js';
import { createKeyedQueue } from '../keyed-queue.js';
import { HostedProvider, type HostedProviderParts, type ProviderLauncher } from './hosted-provider.js';

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

export interface ProviderServiceOptions extends HostedProviderParts {
  readonly hostId: string;
  readonly events: EventPublisher;
  readonly launcher: ProviderLauncher;
}

export function createProviderService(options: ProviderServiceOptions): ProviderService {
  const { hostId, links, events, launcher, logger } = options;
  const running = new Map<string, HostedProvider>();
  const starting = new Set<string>();
  const queue = createKeyedQueue();
  let closed = false;

  const carryOut = async (command: StartProviderCommand): Promise<void> => {
    const { providerId, annotations } = command;
    const hosted = await HostedProvider.start(command, options);
    running.set(providerId, hosted);
    await events.publish(
      providerStarted({
        hostId: commandedHost(command),
        providerId,
        imageRef: hosted.imageRef,
        annotations,
      }),
    );
  };

  /** Events name the host as the command did. */
  const commandedHost = (command: StartProviderCommand): string =>
    command.hostId === '' ? hostId : command.hostId;

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
              hostId: commandedHost(command),
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
        await entry.stop();
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
      await Promise.all(all.map((hosted) => hosted.stop()));
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
