import type { ComponentFigures, HostFigures } from '@wasmlattice/diagnostics';
import { expect, it } from 'vitest';
import { figuresBetween } from './figures-between.js';

const component: ComponentFigures = {
  id: 'hello',
  imageRef: 'x',
  maxInstances: 4,
  invocations: 100,
  errors: 10,
  refused: 0,
  running: 1,
  waiting: 0,
  durationMs: 0,
  durations: [90, 10, 0],
  computedMs: 0,
};

function figures(time: number, changes: Partial<ComponentFigures>, cpuMs = 0): HostFigures {
  return {
    hostId: 'NA1',
    friendlyName: 'calm-fox',
    version: '1',
    time,
    uptimeSeconds: 1,
    process: { residentBytes: 123_456_789, cpuMs, servingThreads: 2, budgets: [] },
    durationBoundsMs: [1, 10],
    components: [{ ...component, ...changes }],
    providers: [{ id: 'kv', imageRef: 'x', state: 'running', crashes: 0, residentBytes: 1_000, cpuMs }],
  };
}

it('tells rates by the clock of the host', () => {
  const after = { invocations: 300, errors: 14, waiting: 3, durations: [90, 208, 2] };
  const { host, workloads } = figuresBetween(figures(1_000, {}), figures(3_000, after, 500));
  expect(workloads.get('hello@NA1')?.calls).toEqual({
    rate: 100,
    errorRate: 2,
    p99Ms: 10,
    running: 1,
    waiting: 3,
  });
  expect(workloads.get('kv@NA1')).toMatchObject({ residentBytes: 1_000, cores: 0.25 });
  expect(host).toEqual({ hostId: 'NA1', residentBytes: 123_000_000, cores: 0.3 });
});

it('counts from nothing after the code was replaced', () => {
  const after = { invocations: 10, errors: 0, durations: [10, 0, 0] };
  const { workloads } = figuresBetween(figures(0, {}), figures(2_000, after));
  expect(workloads.get('hello@NA1')?.calls).toMatchObject({ rate: 5, errorRate: 0 });
});

it('tells the same of a host that does nothing', () => {
  const first = figuresBetween(figures(0, {}), figures(2_000, {}));
  expect(figuresBetween(figures(2_000, {}), figures(4_010, {}))).toEqual(first);
  expect(first.workloads.get('hello@NA1')?.calls?.p99Ms).toBeUndefined();
});
