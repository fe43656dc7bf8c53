import {
  type Answer,
  failed,
  type Link,
  type LinkKey,
  type OptionalAnswer,
  ok,
  type ProviderDescription,
  type StartProviderCommand,
  type StopProviderCommand,
  silent,
  type UndeliveredLink,
} from '@wasmlattice/control-interface';
import {
  causeChain,
  type EventPublisher,
  type LatticeEvent,
  linkdefSetFailed,
  linkStateChanged,
  type ProviderStateChanged,
  providerStarted,
  providerStartFailed,
  providerStateChanged,
  providerStopped,
} from '@wasmlattice/events';
import { type Meter, noopMeter } from '@wasmlattice/telemetry';
import { normalizeProviderReference, parseArtifactReference } from '../artifacts/artifact-reference.js';
import { inventoryClaims, providerEventClaims } from '../claims/token-facts.js';
import { createKeyedQueue } from '../keyed-queue.js';
import {
  HostedProvider,
  type HostedProviderParts,
  type HostedProviderTies,
  type ProviderLauncher,
} from './hosted-provider.js';
import { createProviderMetrics } from './provider-metrics.js';

/** A provider of this host, and how it is. */
export interface ProviderAtWork {
  readonly id: string;
  readonly imageRef: string;
  readonly state: 'starting' | 'running' | 'failed' | 'crash-loop';
  /** Why it does not serve, or not as its configs say. */
  readonly reason?: string | undefined;
  /** How often it ended by itself in a row. */
  readonly crashes: number;
  /** Leads its process group; absent while none runs, and for what runs within the host. */
  readonly pid?: number | undefined;
}

/** The providers of one host: started, linked and stopped by control commands. */
export interface ProviderService {
  /** Answers at once; the outcome is told by events (docs/spec/control-interface.md#5.2). */
  start(command: StartProviderCommand): OptionalAnswer;
  stop(command: StopProviderCommand): Promise<Answer>;
  isRunning(providerId: string): boolean;
  describe(): ProviderDescription[];
  /** Those that run or are about to, and how they are. */
  atWork(): readonly ProviderAtWork[];
  /** The links of these providers that do not work, those of providers that are down last. */
  undeliveredLinks(): UndeliveredLink[];
  /** A new or changed link of the lattice: delivered when its source or target runs here. */
  linkPut(link: Link): void;
  /** A link of this source may have been put as it was before: what failed of it is tried again. */
  linksPutAgain(sourceId: string): void;
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
  /** Told when a process of a provider is gone: calls that it had accepted get no answer. */
  readonly onProcessEnd?: ((providerId: string) => void) | undefined;
  readonly meter?: Meter | undefined;
}

interface ProviderStarting {
  readonly command: StartProviderCommand;
  readonly giveUp: AbortController;
}

/** A start was given up because somebody wants the provider, or the host, to stop. */
class ProviderStoppedError extends Error {
  override readonly name = 'ProviderStoppedError';

  constructor(providerId: string) {
    super(`provider ${providerId} was stopped before it served`);
  }
}

/** A provider goes on as it was, as what was to take its place did not come up; the cause says why. */
class ReplacementError extends Error {
  override readonly name = 'ReplacementError';

  constructor(options: ErrorOptions) {
    super('the provider that runs goes on as it was: what was to take its place did not come up', options);
  }
}

/** How long calls that a replaced provider has may take, in ms: as long as a long stream may reasonably be. */
const replacedDrainMs = 30_000;

export function createProviderService(options: ProviderServiceOptions): ProviderService {
  const { hostId, events, launcher, logger, meter = noopMeter, onProcessEnd = () => {} } = options;
  const running = new Map<string, HostedProvider>();
  const starting = new Map<string, ProviderStarting>();
  /** Others took their places; they end. */
  const retiring = new Set<HostedProvider>();
  const queue = createKeyedQueue();
  const metrics = createProviderMetrics(meter);
  let closed = false;

  /** For tasks whose failure has nobody to tell. */
  const enqueue = (providerId: string, task: () => Promise<void>): void => {
    queue.run(providerId, task).catch((error: unknown) => {
      logger.error('a provider was not told of a change', { provider: providerId, error });
    });
  };

  const publish = (event: LatticeEvent): void => {
    events
      .publish(event)
      .catch((error: unknown) => logger.error('an event could not be published', { error }));
  };

  /** An address that a provider gave up may be the one that a link of another waits for. */
  const tryFailedBeside = (providerId: string): void => {
    for (const [id, { links }] of running) {
      if (id !== providerId && links.hasFailed()) enqueue(id, () => links.tryFailed());
    }
  };

  /** What becomes of a provider between its start and its stop. */
  const stateEvents = (
    providerId: string,
    isTold: () => boolean,
  ): Pick<HostedProviderTies, 'onCrash' | 'onRestart' | 'onSilence'> => {
    const tell = (change: Omit<ProviderStateChanged, 'hostId' | 'providerId'>): void => {
      if (isTold()) publish(providerStateChanged({ hostId, providerId, ...change }));
    };
    let crashes = 0;
    return {
      onCrash({ count, isLoop, lastLines, reason }, restartInMs) {
        crashes = count;
        metrics.crashed(providerId);
        onProcessEnd(providerId);
        const state = isLoop ? 'crash-loop' : 'restarting';
        tell({ state, reason, crashes, restartInMs, lastLines });
      },
      onRestart: () => tell({ state: 'running', reason: '', crashes, lastLines: [] }),
      onSilence(reason) {
        const state = reason === undefined ? 'running' : 'silent';
        tell({ state, reason: reason ?? '', crashes, lastLines: [] });
      },
    };
  };

  /** Starts a provider, to take the place of `before` if there is one: that goes on until this one serves, and if it does not. */
  const carryOut = async (
    command: StartProviderCommand,
    signal: AbortSignal,
    before?: HostedProvider,
  ): Promise<void> => {
    const { providerId } = command;
    let hosted: HostedProvider | undefined;
    /** What becomes of one that may never take its place is told by the failure of its start. */
    const isTold = (): boolean => before === undefined || hosted !== undefined;
    const ties: HostedProviderTies = {
      signal,
      enqueue: (task) =>
        enqueue(providerId, async () => {
          if (hosted !== undefined && running.get(providerId) === hosted) await task();
        }),
      onLinkFailure(link, reason) {
        if (!isTold()) return;
        publish(linkdefSetFailed(link, reason));
        publish(linkStateChanged({ ...keyOf(link), hostId, providerId, state: 'failed', reason }));
      },
      onLinkRecovery(link) {
        if (!isTold()) return;
        publish(linkStateChanged({ ...keyOf(link), hostId, providerId, state: 'delivered', reason: '' }));
      },
      onLinkFreed: () => tryFailedBeside(providerId),
      onReplace(again) {
        if (hosted !== undefined) void inBackground(again, replacing(again, hosted));
      },
      ...stateEvents(providerId, isTold),
    };
    hosted = await HostedProvider.start(command, options, ties, before);
    running.set(providerId, hosted);
    metrics.begin(hosted);
    if (before !== undefined) retire(before);
    await publishStarted(command, hosted);
  };

  /** Calls that it has may end, while those that come are for the one that took its place. */
  const retire = (hosted: HostedProvider): void => {
    retiring.add(hosted);
    void hosted.stop({ drainMs: replacedDrainMs }).then((failure) => {
      retiring.delete(hosted);
      logger.info('another process took the place of a provider', { provider: hosted.id, failure });
    });
  };

  /** Gives a provider's place to another. */
  const replacing = (command: StartProviderCommand, before: HostedProvider) => async (): Promise<void> => {
    const { providerId } = command;
    if (running.get(providerId) !== before) throw new Error('the provider was stopped meanwhile');
    const giveUp = new AbortController();
    starting.set(providerId, { command, giveUp });
    try {
      await carryOut(command, giveUp.signal, before);
    } catch (cause) {
      before.stays(causeChain(cause));
      throw new ReplacementError({ cause });
    } finally {
      starting.delete(providerId);
    }
  };

  const publishStarted = (command: StartProviderCommand, hosted: HostedProvider): Promise<void> =>
    events.publish(
      providerStarted({
        hostId: commandedHost(command),
        providerId: command.providerId,
        imageRef: hosted.imageRef,
        annotations: command.annotations,
        claims: providerEventClaims(hosted.token),
      }),
    );

  /** Events name the host as the command did. */
  const commandedHost = (command: StartProviderCommand): string =>
    command.hostId === '' ? hostId : command.hostId;

  const tellFailure = async (command: StartProviderCommand, error: unknown): Promise<void> => {
    const { providerId, providerRef } = command;
    logger.error('provider could not be started', { provider: providerId, image: providerRef, error });
    await events.publish(
      providerStartFailed({
        hostId: commandedHost(command),
        providerId,
        providerRef,
        error: causeChain(error),
      }),
    );
  };

  /** Runs what a start command asks for, after it has its answer. */
  const inBackground = (command: StartProviderCommand, work: () => Promise<void>): Promise<void> =>
    queue
      .run(command.providerId, work)
      .catch((error: unknown) => tellFailure(command, error))
      .catch((error: unknown) => logger.error('an event could not be published', { error }));

  /** A start command for what runs already. */
  const update = (command: StartProviderCommand, hosted: HostedProvider): Answer => {
    if (!command.allowUpdate) return failed('provider with that ID is already running');
    if (normalizeProviderReference(command.providerRef) !== hosted.imageRef && !hosted.isReplaceable) {
      return failed('the provider is built in: to run another in its place, stop it first');
    }
    void inBackground(command, async () => {
      if (running.get(command.providerId) !== hosted) throw new Error('the provider was stopped meanwhile');
      if (!hosted.takesInPlace(command)) return await replacing(command, hosted)();
      await hosted.reconfigure(command);
      await publishStarted(command, hosted);
    });
    return ok('successfully updated provider');
  };

  const deliver = (link: Link, deliverTo: (hosted: HostedProvider) => Promise<void>): void => {
    for (const id of new Set([link.sourceId, link.target])) {
      // Queued behind a start of the same provider: links that come meanwhile are not lost.
      if (!running.has(id) && !starting.has(id)) continue;
      enqueue(id, async () => {
        const hosted = running.get(id);
        if (hosted !== undefined) await deliverTo(hosted);
      });
    }
  };

  return {
    start(command) {
      const { providerId, providerRef } = command;
      if (closed) return failed('the host is stopping');
      const hosted = running.get(providerId);
      if (hosted !== undefined) return update(command, hosted);
      if (starting.has(providerId)) return failed('provider with that ID is already running');
      if (isDisabledBuiltin(providerRef, launcher)) return silent;
      const giveUp = new AbortController();
      starting.set(providerId, { command, giveUp });
      void inBackground(command, () =>
        carryOut(command, giveUp.signal).finally(() => starting.delete(providerId)),
      );
      return ok('successfully started provider');
    },

    stop({ providerId }) {
      // One that hangs at its start must not hold its stop up.
      const given = starting.get(providerId);
      given?.giveUp.abort(new ProviderStoppedError(providerId));
      return soon(
        running.get(providerId),
        queue.run(providerId, async () => {
          const hosted = running.get(providerId);
          const annotations = hosted?.annotations ?? given?.command.annotations;
          if (annotations === undefined) return failed('provider with that ID is not running');
          running.delete(providerId);
          metrics.end(providerId);
          const failure = await hosted?.stop();
          tryFailedBeside(providerId);
          onProcessEnd(providerId);
          await events.publish(providerStopped({ hostId, providerId, annotations, reason: 'stop', failure }));
          return ok('successfully stopped provider');
        }),
      );
    },

    isRunning: (providerId) => running.has(providerId) || starting.has(providerId),

    describe: () =>
      [...running].map(([id, { annotations, configNames, crashes, failure, imageRef, token }]) => ({
        id,
        imageRef,
        ...inventoryClaims(token),
        annotations,
        config: configNames,
        ...(failure !== undefined && { failure }),
        ...(crashes !== undefined && { crashes }),
      })),
    atWork: () => [
      ...[...running.values()].map(
        ({ id, imageRef, failure, crashes, pid }): ProviderAtWork => ({
          id,
          imageRef,
          state: crashes?.isLoop === true ? 'crash-loop' : failure === undefined ? 'running' : 'failed',
          reason: failure,
          crashes: crashes?.count ?? 0,
          pid,
        }),
      ),
      ...[...starting]
        .filter(([id]) => !running.has(id))
        .map(
          ([id, { command }]): ProviderAtWork => ({
            id,
            imageRef: normalizeProviderReference(command.providerRef),
            state: 'starting',
            crashes: 0,
          }),
        ),
    ],
    undeliveredLinks: () =>
      [...running.values()]
        .sort((a, b) => Number(a.isDown) - Number(b.isDown))
        .flatMap((hosted) => hosted.undeliveredLinks()),

    linkPut(link) {
      for (const id of [link.sourceId, link.target]) running.get(id)?.links.expect(link);
      deliver(link, (hosted) => hosted.links.put(link));
    },
    linksPutAgain(sourceId) {
      for (const [id, { links }] of running) {
        if (links.hasFailed(sourceId)) enqueue(id, () => links.tryAgain(sourceId));
      }
    },
    linkDeleted: (link) => deliver(link, (hosted) => hosted.links.delete(link)),

    async settled(providerIds) {
      const here = providerIds.filter((id) => running.has(id));
      await Promise.all(here.map((id) => queue.run(id, async () => {})));
    },

    async stopAll() {
      closed = true;
      for (const [id, { giveUp }] of starting) giveUp.abort(new ProviderStoppedError(id));
      await Promise.all([queue.idle(), ...[...running.values()].map((hosted) => soon(hosted, queue.idle()))]);
      const all = [...running.values(), ...retiring];
      running.clear();
      for (const { id } of all) metrics.end(id);
      await Promise.all(all.map((hosted) => hosted.stop()));
    },
  };
}

/** How long what a provider is being told may hold its stop up: clients wait 2 s for that. */
const patienceMs = 300;

/** Waits for what comes after all that a provider is told; one that is slow to answer is stopped meanwhile, which ends it. */
async function soon<T>(hosted: HostedProvider | undefined, done: Promise<T>): Promise<T> {
  const timer = setTimeout(() => void hosted?.stop(), patienceMs);
  try {
    return await done;
  } finally {
    clearTimeout(timer);
  }
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

function keyOf({ name, sourceId, target, witNamespace, witPackage }: Link): LinkKey {
  return { name, sourceId, target, witNamespace, witPackage };
}
