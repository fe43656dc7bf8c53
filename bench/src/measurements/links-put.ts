import { startLattice } from '../lattice.js';
import { putLinks } from '../load/put-links.js';
import type { Measurement } from '../measurement.js';

const count = 1_000;

export const linksPut: Measurement = {
  name: 'links-put',
  unit: 's',
  better: 'lower',
  target: 10,
  title: `${count} links put by one client, the next after the answer: the slower of one source and of as many sources as links`,
  baseline: '1: the figure stands for itself',
  async measure() {
    const measure = async (sources: number, atOnce: number): Promise<number> => {
      await using lattice = await startLattice();
      const took = await putLinks(lattice.control, { count, sources, atOnce });
      const { length } = await lattice.control.getLinks();
      if (length !== count) throw new Error(`the table has ${length} links, not ${count}`);
      return took;
    };
    const one = await measure(1, 1);
    const many = await measure(count, 1);
    const atOnce = await measure(1, count);
    const note = `one source ${one.toFixed(1)} s, ${count} sources ${many.toFixed(1)} s, one source and all at once ${atOnce.toFixed(1)} s`;
    return { value: Math.max(one, many), baseline: 1, note };
  },
};
