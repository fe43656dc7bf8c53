import type { CoLocatedComponent } from '@wasmlattice/component-host';
import { createPermitTally, reclaimPermits } from '@wasmlattice/wasm-runtime';
import { describe, expect, it } from 'vitest';
import type { WatchedWorker } from '../watchdog.js';
import { type CoLocationPlace, createCoLocation, type SharedComponent } from './co-location.js';

function component(componentId: string, ...targets: string[]): SharedComponent {
  return {
    componentId,
    imageRef: `file:///${componentId}.wasm`,
    bytes: new Uint8Array(new SharedArrayBuffer(4)),
    maxInstances: 2,
    maxExecutionTimeMs: 1_000,
    maxMemoryBytes: 65_536,
    maxCoreInstances: 30,
    links: targets.map((target) => ({ linkName: 'default', instance: 'test:ops/shapes', target })),
    config: [],
  };
}

function setUp() {
  const watched = new Set<WatchedWorker>();
  const coLocation = createCoLocation({
    watchdog: {
      watch(worker) {
        watched.add(worker);
        return () => void watched.delete(worker);
      },
      close() {},
    },
  });
  /** A component in service, with a worker that notes what it is told. */
  const run = (given: SharedComponent) => {
    const place = coLocation.place(given);
    const told: (readonly CoLocatedComponent[])[] = [];
    const ended: string[] = [];
    /** How often it was asked whether it knows. */
    let asked = 0;
    const worker = {
      setCallees: (callees: readonly CoLocatedComponent[]) => void told.push(callees),
      settled: async () => {
        asked++;
      },
      terminate: async (reason: string) => void ended.push(reason),
    };
    place.attach(worker, place.permits());
    place.open();
    const ids = () => (told.at(-1) ?? []).map(({ componentId }) => componentId);
    return { place, worker, told, ended, ids, asked: () => asked };
  };
  return { watched, run };
}

/** How many permits the budget of a callee says are taken. */
function take(callee: CoLocatedComponent | undefined): void {
  if (callee === undefined) throw new Error('nothing was told');
  Atomics.add(new Int32Array(callee.permits.held), 0, 1);
}

const stop = (place: CoLocationPlace): void => place.close();

describe('co-location', () => {
  it('tells a worker of what its links lead to, over any number of components, and of nothing else', () => {
    const { run } = setUp();
    const caller = run(component('caller', 'ops', 'not-here'));
    run(component('stranger'));
    expect(caller.told).toEqual([]);
    run(component('ops', 'deep'));
    expect(caller.ids()).toEqual(['ops']);
    run(component('deep', 'caller'));
    expect(caller.ids()).toEqual(['ops', 'deep', 'caller']);
  });

  it('follows links, limits and configuration, and is silent when nothing changed for a worker', () => {
    const { run } = setUp();
    const ops = run(component('ops'));
    const caller = run(component('caller'));
    expect(caller.told).toEqual([]);
    caller.place.update(component('caller', 'ops'));
    expect(caller.told).toHaveLength(1);
    ops.place.update({ ...component('ops'), maxInstances: 9 });
    expect(caller.told.at(-1)).toMatchObject([
      { maxInstances: 9, generation: caller.told[0]?.[0]?.generation },
    ]);
    caller.place.update({ ...component('caller', 'ops'), config: [['a', 'b']] });
    expect(caller.told).toHaveLength(2);
    caller.place.update(component('caller'));
    expect(caller.ids()).toEqual([]);
  });

  it('asks the workers that run a component, and no others, whether they know what changed', async () => {
    const { run } = setUp();
    const ops = run(component('ops'));
    const caller = run(component('caller', 'ops'));
    const stranger = run(component('stranger'));
    await ops.place.settled();
    expect([ops, caller, stranger].map(({ asked }) => asked())).toEqual([0, 1, 0]);
  });

  it('withdraws a component that stops, and replaces one by its new start', () => {
    const { run } = setUp();
    const caller = run(component('caller', 'ops'));
    const first = run(component('ops'));
    const second = run({ ...component('ops'), imageRef: 'file:///two.wasm' });
    expect(caller.told.at(-1)).toMatchObject([{ imageRef: 'file:///two.wasm' }]);
    const told = caller.told.length;
    stop(first.place);
    expect(caller.told).toHaveLength(told);
    stop(second.place);
    stop(second.place);
    expect(caller.ids()).toEqual([]);
  });

  it('watches what a worker runs beside its own, until the last call there is over', () => {
    const { run, watched } = setUp();
    const caller = run(component('caller', 'ops'));
    const ops = run(component('ops'));
    expect(watched.size).toBe(1);
    const [watch] = watched;
    watch?.onOverdue(1_234);
    expect(caller.ended).toEqual([expect.stringMatching(/component 'ops'.*1234 ms.*1000 ms/)]);

    take(caller.told.at(-1)?.[0]);
    stop(ops.place);
    expect(watched.size).toBe(1);
    const [granted] = caller.told[0] ?? [];
    if (granted) reclaimPermits(granted.permits);
    run(component('other'));
    caller.place.update(component('caller'));
    expect(watched.size).toBe(0);
  });

  it('takes back what a worker held when it is gone', () => {
    const { run, watched } = setUp();
    const caller = run(component('caller', 'ops'));
    run(component('ops'));
    const [granted] = caller.told.at(-1) ?? [];
    take(granted);
    caller.place.detach(caller.worker);
    caller.place.detach(caller.worker);
    expect(new Int32Array(granted?.permits.held ?? createPermitTally())[0]).toBe(0);
    expect(watched.size).toBe(0);
  });
});
