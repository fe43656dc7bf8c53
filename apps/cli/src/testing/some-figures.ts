import type { ComponentFigures, HostFigures } from '@wasmlattice/diagnostics';

export function someComponentFigures(changes: Partial<ComponentFigures> = {}): ComponentFigures {
  return {
    id: 'hello',
    imageRef: 'hello.wasm',
    maxInstances: 10,
    invocations: 5,
    errors: 1,
    refused: 0,
    running: 1,
    waiting: 2,
    durationMs: 12,
    durations: [4, 1, 0],
    computedMs: 3,
    ...changes,
  };
}

export function someHostFigures(changes: Partial<HostFigures> = {}): HostFigures {
  return {
    hostId: 'NA1',
    friendlyName: 'calm-fox-0001',
    version: '1.2.3',
    time: 1_000,
    uptimeSeconds: 60,
    process: { residentBytes: 1e8, cpuMs: 10, servingThreads: 2, budgets: [] },
    durationBoundsMs: [1, 10],
    components: [someComponentFigures()],
    providers: [{ id: 'kv', imageRef: 'kv', state: 'crash-loop', reason: 'exit 1', crashes: 3 }],
    ...changes,
  };
}
