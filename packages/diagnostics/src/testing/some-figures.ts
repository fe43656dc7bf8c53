import type { ComponentFigures, HostFigures, ProviderFigures } from '../figures.js';

export function someComponent(changes: Partial<ComponentFigures> = {}): ComponentFigures {
  return {
    id: 'hello',
    imageRef: 'file:///hello.wasm',
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

export function someProvider(changes: Partial<ProviderFigures> = {}): ProviderFigures {
  return { id: 'kv', imageRef: 'kv.par', state: 'running', crashes: 0, ...changes };
}

export function someFigures(changes: Partial<HostFigures> = {}): HostFigures {
  return {
    hostId: 'NHOST',
    friendlyName: 'quiet-pond-1',
    version: '0.1.0',
    time: 1_700_000_000_000,
    uptimeSeconds: 60,
    process: {
      residentBytes: 100_000_000,
      cpuMs: 1_500,
      servingThreads: 2,
      budgets: [
        { name: 'resident-memory', used: 100_000_000, ceiling: 800_000_000, refused: 0 },
        { name: 'linear-memories', used: 12, refused: 3 },
      ],
    },
    durationBoundsMs: [1, 10],
    components: [
      someComponent({
        canary: {
          imageRef: 'file:///next.wasm',
          share: 0.1,
          stable: { invocations: 4, errors: 0 },
          canary: { invocations: 1, errors: 1 },
        },
      }),
    ],
    providers: [
      someProvider({ state: 'crash-loop', reason: 'exit 1', crashes: 3, residentBytes: 5, cpuMs: 7 }),
    ],
    ...changes,
  };
}
