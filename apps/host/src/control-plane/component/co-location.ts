import type { CoLocatedComponent, WorkerClient } from '@wasmlattice/component-host';
import { invocationClockBytes } from '@wasmlattice/component-host';
import {
  closePermitBudget,
  createPermitBudget,
  createPermitTally,
  holdsPermits,
  reclaimPermits,
  type SharedPermitsMemory,
  setPermitLimit,
} from '@wasmlattice/wasm-runtime';
import type { Watchdog } from '../watchdog.js';

/** What the workers of a host need to know of a component to run it beside their own. */
export type SharedComponent = Omit<CoLocatedComponent, 'generation' | 'permits' | 'clock'>;

/** A worker as far as it matters here. */
export type CallingWorker = Pick<WorkerClient, 'setCallees' | 'settled' | 'terminate'>;

/**
 * Tells the workers of a host which other components they may run in their own thread: those that the links of their
 * component lead to, directly or over others (docs/adr/0002-same-host-calls.md).
 */
export interface CoLocation {
  /** A component that is about to start. */
  place(component: SharedComponent): CoLocationPlace;
}

/** One start of one component. */
export interface CoLocationPlace {
  /** For a worker of the component itself, before it starts; `undefined` when calls on this host go over the lattice. */
  permits(): SharedPermitsMemory | undefined;
  /** A worker of the component runs: from now on it is told what it may call. */
  attach(worker: CallingWorker, permits: SharedPermitsMemory | undefined): void;
  /** The worker is gone, with whatever it held. */
  detach(worker: CallingWorker): void;
  /** The component is in service: others may run it, and no longer any earlier start of the same component. */
  open(): void;
  /** Limits, links or configuration changed. */
  update(component: SharedComponent): void;
  /** Resolves once all workers that run the component beside their own know of the updates so far. */
  settled(): Promise<void>;
  /** The component is stopped or replaced; safe to call twice. */
  close(): void;
}

/** Every call goes over the lattice. */
export const noCoLocation: CoLocation = {
  place: () => ({
    permits: () => undefined,
    attach() {},
    detach() {},
    open() {},
    update() {},
    settled: async () => {},
    close() {},
  }),
};

interface Place {
  readonly generation: number;
  component: SharedComponent;
  readonly budget: SharedArrayBuffer;
  readonly workers: Map<CallingWorker, Caller>;
  closed: boolean;
}

/** A worker that may run other components. */
interface Caller {
  /** Its part of the permits of its own component. */
  readonly own: SharedPermitsMemory | undefined;
  readonly grants: Map<Place, Grant>;
  /** What it was told last. */
  told: readonly SharedComponent[];
}

/** One component in the worker of another. */
interface Grant {
  readonly permits: SharedPermitsMemory;
  readonly clock: SharedArrayBuffer;
  unwatch(): void;
}

export function createCoLocation(options: { readonly watchdog: Watchdog }): CoLocation {
  const { watchdog } = options;
  const places = new Set<Place>();
  /** The start of each component that is in service. */
  const served = new Map<string, Place>();
  let generations = 0;

  const grant = (place: Place, worker: CallingWorker): Grant => {
    const clock = new SharedArrayBuffer(invocationClockBytes);
    const { componentId, maxExecutionTimeMs } = place.component;
    const unwatch = watchdog.watch({
      clock,
      maxExecutionTimeMs,
      onOverdue: (runningMs) => {
        void worker.terminate(
          `an invocation of component '${componentId}', which it called and ran in its own thread, ran ${runningMs} ms without yielding; the limit is ${maxExecutionTimeMs} ms`,
        );
      },
    });
    return { permits: { budget: place.budget, held: createPermitTally() }, clock, unwatch };
  };

  /** Components the links of one lead to; over the links of those too, since they make their calls in the same thread. */
  const reachable = (from: Place): Set<Place> => {
    const found = new Set<Place>();
    const follow = ({ component }: Place): void => {
      for (const { target } of component.links) {
        const place = served.get(target);
        if (place === undefined || found.has(place)) continue;
        found.add(place);
        follow(place);
      }
    };
    follow(from);
    return found;
  };

  const tell = (worker: CallingWorker, caller: Caller, callees: ReadonlySet<Place>): void => {
    for (const [place, { permits, unwatch }] of caller.grants) {
      // A call may still be in flight there, and has to be watched until it ends.
      if (!place.closed || holdsPermits(permits)) continue;
      unwatch();
      caller.grants.delete(place);
    }
    const components = [...callees].map(({ component }) => component);
    if (sameItems(components, caller.told)) return;
    caller.told = components;
    worker.setCallees(
      [...callees].map((place) => {
        const granted = caller.grants.get(place) ?? grant(place, worker);
        caller.grants.set(place, granted);
        const { permits, clock } = granted;
        return { ...place.component, generation: place.generation, permits, clock };
      }),
    );
  };

  const tellAll = (): void => {
    for (const place of places) {
      if (place.workers.size === 0) continue;
      const callees = reachable(place);
      for (const [worker, caller] of place.workers) tell(worker, caller, callees);
    }
  };

  const close = (place: Place): void => {
    if (place.closed) return;
    place.closed = true;
    // At once, for all threads: the messages are only on their way.
    closePermitBudget(place.budget);
    if (served.get(place.component.componentId) === place) served.delete(place.component.componentId);
    tellAll();
  };

  const detach = (place: Place, worker: CallingWorker): void => {
    const caller = place.workers.get(worker);
    if (caller === undefined) return;
    place.workers.delete(worker);
    if (place.closed && place.workers.size === 0) places.delete(place);
    if (caller.own !== undefined) reclaimPermits(caller.own);
    for (const { permits, unwatch } of caller.grants.values()) {
      unwatch();
      reclaimPermits(permits);
    }
  };

  return {
    place(component) {
      const place: Place = {
        generation: ++generations,
        component: shared(component),
        budget: createPermitBudget(component.maxInstances),
        workers: new Map(),
        closed: false,
      };
      return {
        permits: () => ({ budget: place.budget, held: createPermitTally() }),
        attach(worker, own) {
          places.add(place);
          const caller: Caller = { own, grants: new Map(), told: [] };
          place.workers.set(worker, caller);
          tell(worker, caller, reachable(place));
        },
        detach: (worker) => detach(place, worker),
        open() {
          if (place.closed || served.get(component.componentId) === place) return;
          const old = served.get(component.componentId);
          served.set(component.componentId, place);
          if (old === undefined) tellAll();
          else close(old);
        },
        update(changed) {
          place.component = shared(changed);
          setPermitLimit(place.budget, changed.maxInstances);
          tellAll();
        },
        async settled() {
          const callers = [...places].flatMap(({ workers }) => [...workers]);
          const hosts = callers.filter(([, { grants }]) => grants.has(place));
          await Promise.all(hosts.map(([worker]) => worker.settled()));
        },
        close: () => close(place),
      };
    },
  };
}

/** No more than the others need. */
function shared(component: SharedComponent): SharedComponent {
  return {
    componentId: component.componentId,
    imageRef: component.imageRef,
    bytes: component.bytes,
    maxInstances: component.maxInstances,
    maxExecutionTimeMs: component.maxExecutionTimeMs,
    maxMemoryBytes: component.maxMemoryBytes,
    maxCoreInstances: component.maxCoreInstances,
    links: component.links,
    config: component.config,
  };
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
