import { startLattice } from '../lattice.js';
import { putLinks } from '../load/put-links.js';
import type { Measurement } from '../measurement.js';
import { median } from '../median.js';

const table = { count: 10_000, sources: 1_000, atOnce: 100 };

const rounds = 21;

/** The whole table is one message. */
const natsConfig = 'max_payload: 8MB';

export const linksGet: Measurement = {
  name: 'links-get',
  unit: 'ms',
  better: 'lower',
  target: 100,
  title: `link.get of ${table.count} links of ${table.sources} sources, decoded by the client`,
  baseline: '1: the figure stands for itself',
  async measure() {
    await using lattice = await startLattice([], { natsConfig });
    const took = await putLinks(lattice.control, table);
    const taken: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const from = performance.now();
      const { length } = await lattice.control.getLinks();
      taken.push(performance.now() - from);
      if (length !== table.count) throw new Error(`the table has ${length} links, not ${table.count}`);
    }
    const note = `the slowest took ${Math.round(Math.max(...taken))} ms; put in ${took.toFixed(1)} s, ${table.atOnce} at a time`;
    return { value: median(taken), baseline: 1, note };
  },
};
