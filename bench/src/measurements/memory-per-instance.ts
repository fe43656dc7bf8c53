import { artifacts } from '../lattice.js';
import type { Measurement } from '../measurement.js';
import { measureInstanceMemory } from '../peers/instance-memory.js';

const instances = 32;

export const memoryPerInstance: Measurement = {
  name: 'memory-per-instance',
  unit: 'MB',
  better: 'lower',
  target: 1,
  title: `private memory of an idle instance of a TypeScript guest that has answered, one of ${instances}`,
  baseline: '1 MB',
  async measure() {
    const { first, all } = await measureInstanceMemory({ file: artifacts.hello, instances });
    return { value: (all - first) / (instances - 1) / 1_000_000, baseline: 1 };
  },
};
