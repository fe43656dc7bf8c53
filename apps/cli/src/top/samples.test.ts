import { describe, expect, it } from 'vitest';
import { someComponentFigures, someHostFigures } from '../testing/some-figures.js';
import { renderSample } from './render-sample.js';
import { sampleOf } from './samples.js';

const before = someHostFigures({
  time: 10_000,
  process: { residentBytes: 1e8, cpuMs: 1_000, servingThreads: 2, budgets: [] },
  components: [
    someComponentFigures({ invocations: 100, errors: 10, durations: [100, 0, 0], computedMs: 500 }),
  ],
});
const now = someHostFigures({
  time: 12_000,
  process: { residentBytes: 1e8, cpuMs: 2_000, servingThreads: 2, budgets: [] },
  components: [
    someComponentFigures({ invocations: 120, errors: 15, durations: [100, 20, 0], computedMs: 1_500 }),
  ],
});

describe('a sample of a lattice', () => {
  it('tells what happened between two looks', () => {
    expect(sampleOf([now], [before])).toMatchObject({
      hosts: [{ name: 'calm-fox-0001', cores: 0.5 }],
      components: [{ id: 'hello', rate: 10, failedShare: 0.25, cores: 0.5, p50Ms: 5.5, p99Ms: 9.91 }],
    });
  });

  it('tells of one look alone what was since the start', () => {
    const [component] = sampleOf([before]).components;
    expect(component).toMatchObject({ rate: undefined, failedShare: 0.1, p50Ms: 0.5, cores: undefined });
  });

  it('counts from its start what was replaced between two looks', () => {
    const replaced = someHostFigures({
      time: 12_000,
      components: [someComponentFigures({ invocations: 4, errors: 0, durations: [4, 0, 0], computedMs: 2 })],
    });
    expect(sampleOf([replaced], [before]).components).toMatchObject([
      { rate: 2, failedShare: 0, cores: 0.001 },
    ]);
  });

  it('is drawn with a column for hosts where there are several', () => {
    const other = someHostFigures({
      hostId: 'NB2',
      friendlyName: 'calm-owl-0002',
      components: [],
      providers: [],
    });
    const alone = renderSample(sampleOf([now], [before]));
    expect(alone).toContain('hello      10/s  25%     120    15      1/10  2     5.5 ms  9.9 ms  50%  -');
    expect(alone).toContain('crash-loop');
    expect(alone).not.toContain('COMPONENT  HOST');
    expect(renderSample(sampleOf([now, other], [before]))).toContain('COMPONENT  HOST');
  });
});
