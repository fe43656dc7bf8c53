import type { ComponentStart, ServedComponentHandle, ServingThreads } from '@wasmlattice/component-host';
import {
  type Answer,
  type ComponentDescription,
  failed,
  type Link,
  ok,
  type ScaleComponentCommand,
  type UpdateComponentCommand,
} from '@wasmlattice/control-interface';
import { causeChain, componentScaled, componentScaleFailed, type EventPublisher } from '@wasmlattice/events';
import type { Logger } from '@wasmlattice/telemetry';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { createKeyedQueue } from '../keyed-queue.js';
import type { ConfigBundle, ConfigStore } from '../lattice-store/config-store.js';
import type { LatticeStore } from '../lattice-store/lattice-store.js';
import { linkRows } from '../link-table.js';

/** The components of one host: started, scaled, updated and stopped by control commands. */
export interface ComponentService {
  /** Answers at once; the outcome is told by events (docs/spec/control-interface.md#4.2). */
  scale(command: ScaleComponentCommand): Answer;
  /** Answers at once; replaces the code of a running component (docs/spec/control-interface.md#4.3). */
  update(command: UpdateComponentCommand): Answer;
  isRunning(componentId: string): boolean;
  describe(): ComponentDescription[];
  /** The links of a component changed in the lattice. */
  setLinks(componentId: string, links: readonly Link[]): void;
  /** Resolves once the component, if it runs here, has the links set so far. */
  settled(componentId: string): Promise<void>;
  /** Stops everything without events, as a host that stops does. */
  stopAll(graceMs: number): Promise<void>;
}

/** What every component of a host may use unless its own limits are lower. */
export type DefaultLimits = Pick<
  ComponentStart,
  'maxExecutionTimeMs' | 'maxMemoryBytes' | 'maxCoreInstances'
>;

export interface ComponentServiceOptions {
  readonly hostId: string;
  readonly limits: DefaultLimits;
  readonly artifacts: ArtifactStore;
  readonly lattice: LatticeStore;
  readonly configs: ConfigStore;
  readonly events: EventPublisher;
  readonly logger: Logger;
  /** What serves components; the seam between the control plane and its threads. */
  readonly threads: Pick<ServingThreads, 'serve'>;
  /** How long a stopped or replaced component may finish its invocations, in ms. */
  readonly graceMs: number;
}

interface RunningComponent {
  readonly imageRef: string;
  readonly maxInstances: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly limits: ScaleComponentCommand['componentLimits'];
  readonly configNames: readonly string[];
  readonly config: ConfigBundle;
  readonly served: ServedComponentHandle;
}

export function createComponentService(options: ComponentServiceOptions): ComponentService {
  const { hostId, artifacts, lattice, configs, events, logger, threads, graceMs } = options;
  const running = new Map<string, RunningComponent>();
  const queue = createKeyedQueue();
  let closed = false;

  /** What identifies a component while it is started; becomes its entry of `running`. */
  interface Start {
    readonly componentId: string;
    readonly imageRef: string;
    readonly bytes: Uint8Array<SharedArrayBuffer>;
    readonly maxInstances: number;
    readonly annotations: Readonly<Record<string, string>>;
    readonly limits: ScaleComponentCommand['componentLimits'];
    readonly configNames: readonly string[];
  }

  const start = async ({ componentId, bytes, ...entry }: Start): Promise<RunningComponent> => {
    let served: ServedComponentHandle | undefined;
    const config = await configs.bundle(entry.configNames, (values) => served?.setConfig([...values]));
    try {
      const component: ComponentStart = {
        ...options.limits,
        componentId,
        imageRef: entry.imageRef,
        bytes,
        maxInstances: entry.maxInstances,
        maxExecutionTimeMs: executionLimit(entry.limits, options.limits.maxExecutionTimeMs),
        maxMemoryBytes: entry.limits?.maxMemoryLimit ?? options.limits.maxMemoryBytes,
        links: linkRows(lattice.spec(componentId)?.links ?? []),
        config: [...config.current()],
      };
      served = await threads.serve(component, () => artifacts.fetchComponent(entry.imageRef));
      // What changed while the threads took it in.
      served.setConfig([...config.current()]);
      return { ...entry, config, served };
    } catch (error) {
      config.close();
      throw error;
    }
  };

  const stop = async (component: RunningComponent, withinMs: number): Promise<void> => {
    component.config.close();
    await component.served.stop(withinMs);
  };

  const enterService = (componentId: string, component: RunningComponent): void => {
    running.set(componentId, component);
    // Links put while the threads took it in.
    component.served.setLinks(linkRows(lattice.spec(componentId)?.links ?? []));
  };

  const startFresh = async (command: ScaleComponentCommand, bytes: Start['bytes']): Promise<void> => {
    const { componentId, componentRef: imageRef } = command;
    await lattice.update(componentId, (spec) => spec ?? { url: imageRef, links: [] });
    const component = await start({
      componentId,
      imageRef,
      bytes,
      maxInstances: command.maxInstances,
      annotations: command.annotations,
      limits: command.componentLimits,
      configNames: command.config,
    });
    enterService(componentId, component);
  };

  /** Applies a scale command to a running component: the code stays, the numbers and the config list follow. */
  const rescale = async (command: ScaleComponentCommand, component: RunningComponent): Promise<void> => {
    const { componentId, maxInstances } = command;
    let { config, configNames } = component;
    if (!sameList(configNames, command.config)) {
      const replaced = config;
      configNames = command.config;
      config = await configs.bundle(configNames, (values) => component.served.setConfig([...values]));
      replaced.close();
      component.served.setConfig([...config.current()]);
    } else if (maxInstances === component.maxInstances) {
      return;
    }
    component.served.scale(maxInstances);
    running.set(componentId, {
      ...component,
      maxInstances,
      annotations: command.annotations,
      config,
      configNames,
    });
  };

  /** Starts the component anew with what changed; it is ready before the old one stops, so that no call meets a gap. */
  const replace = async (
    componentId: string,
    old: RunningComponent,
    changes: Partial<Omit<Start, 'componentId'>>,
  ): Promise<RunningComponent> => {
    const bytes = changes.bytes ?? (await old.served.readBytes());
    const component = await start({ ...old, componentId, ...changes, bytes });
    enterService(componentId, component);
    await stop(old, graceMs);
    return component;
  };

  const replaceCode = async (
    componentId: string,
    imageRef: string,
    given: Readonly<Record<string, string>> | undefined,
  ): Promise<void> => {
    const bytes = await artifacts.fetchComponent(imageRef);
    const old = running.get(componentId);
    if (old === undefined) return;
    // Upstream drops them when none are given, and wadm then no longer knows its own instance.
    const annotations = given ?? old.annotations;
    const { maxInstances } = await replace(componentId, old, { imageRef, bytes, annotations });
    await events.publish(componentScaled({ componentId, hostId, imageRef, maxInstances, annotations }));
  };

  const carryOut = async (command: ScaleComponentCommand, updates: boolean): Promise<void> => {
    const { componentId, componentRef, maxInstances, annotations } = command;
    const component = running.get(componentId);
    const scaled = { componentId, hostId: command.hostId === '' ? hostId : command.hostId, maxInstances };
    if (component === undefined) {
      if (maxInstances > 0) await startFresh(command, await artifacts.fetchComponent(componentRef));
      await events.publish(componentScaled({ ...scaled, imageRef: componentRef, annotations }));
      return;
    }
    if (maxInstances === 0) {
      running.delete(componentId);
      await stop(component, graceMs);
    } else if (changesLimits(command.componentLimits, component.limits)) {
      // They are compiled into the code and known to the threads.
      await replace(componentId, component, {
        maxInstances,
        annotations,
        limits: command.componentLimits,
        configNames: command.config,
      });
    } else {
      await rescale(command, component);
    }
    await events.publish(
      componentScaled({ ...scaled, imageRef: component.imageRef, annotations: component.annotations }),
    );
    if (updates) await replaceCode(componentId, componentRef, annotations);
  };

  return {
    scale(command) {
      const { componentId, componentRef } = command;
      if (closed) return failed('the host is stopping');
      const old = running.get(componentId)?.imageRef;
      const updates =
        old !== undefined && old !== componentRef && command.allowUpdate && command.maxInstances > 0;
      void queue
        .run(componentId, () => carryOut(command, updates))
        .catch(async (error: unknown) => {
          logger.error('component could not be scaled', {
            component: componentId,
            image: componentRef,
            error,
          });
          await events.publish(
            componentScaleFailed({
              componentId,
              hostId: command.hostId === '' ? hostId : command.hostId,
              imageRef: componentRef,
              maxInstances: command.maxInstances,
              annotations: command.annotations,
              error: causeChain(error),
            }),
          );
        })
        .catch((error: unknown) => logger.error('an event could not be published', { error }));
      return ok(scaleMessage(old, command));
    },

    update(command) {
      const { componentId, newComponentRef } = command;
      if (closed) return failed('the host is stopping');
      const old = running.get(componentId)?.imageRef;
      if (old === undefined) return failed(`component ${componentId} not found`);
      if (old === newComponentRef)
        return ok(`component ${componentId} already updated to ${newComponentRef}`);
      void queue
        .run(componentId, () => replaceCode(componentId, newComponentRef, command.annotations))
        .catch((error: unknown) => {
          logger.error('component could not be updated', {
            component: componentId,
            image: newComponentRef,
            error,
          });
        });
      return ok(`component ${componentId} updating from ${old} to ${newComponentRef}`);
    },

    isRunning: (componentId) => running.has(componentId),

    describe: () =>
      [...running].map(([id, component]) => ({
        id,
        imageRef: component.imageRef,
        annotations: component.annotations,
        revision: 0,
        maxInstances: component.maxInstances,
        limits: component.limits,
      })),

    setLinks(componentId, links) {
      running.get(componentId)?.served.setLinks(linkRows(links));
    },

    async settled(componentId) {
      await running.get(componentId)?.served.settled();
    },

    async stopAll(withinMs) {
      closed = true;
      await queue.idle();
      const all = [...running.values()];
      running.clear();
      await Promise.all(all.map((component) => stop(component, withinMs)));
    },
  };
}

/** The sentences clients know (docs/spec/control-interface.md#4.2). */
function scaleMessage(old: string | undefined, { componentRef, allowUpdate }: ScaleComponentCommand): string {
  if (old === undefined || old === componentRef) return '';
  return allowUpdate
    ? `Requested to scale existing component, with a changed image reference: ${old} != ${componentRef}. The component will be scaled, and the image reference will be updated afterwards.`
    : `Requested to scale existing component to a different image reference: ${old} != ${componentRef}. The component will be scaled but the image reference will not be updated. If you meant to update this component to a new image ref, use the update command.`;
}

/** A command without limits keeps those there are. */
function changesLimits(
  wanted: ScaleComponentCommand['componentLimits'],
  current: ScaleComponentCommand['componentLimits'],
): boolean {
  return (
    wanted !== undefined &&
    (wanted.maxExecutionTime !== current?.maxExecutionTime ||
      wanted.maxMemoryLimit !== current?.maxMemoryLimit)
  );
}

/** The component's own limit counts, within the host's. */
function executionLimit(limits: ScaleComponentCommand['componentLimits'], hostLimitMs: number): number {
  const seconds = limits?.maxExecutionTime;
  return seconds === undefined ? hostLimitMs : Math.min(hostLimitMs, seconds * 1_000);
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
