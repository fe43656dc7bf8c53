import { createControlClient } from '@wasmlattice/control-interface';
import { startNatsServer } from '@wasmlattice/test-support';
import { connect } from 'nats';
import { startHost } from '../lattice.js';
import { putLinks } from '../load/put-links.js';
import type { Measurement } from '../measurement.js';

/** A record for each source. */
const records = 10_000;

const natsConfig = 'max_payload: 8MB';

export const kvCatchUp: Measurement = {
  name: 'kv-catch-up',
  unit: 's',
  better: 'lower',
  target: 3,
  title: `from the start of a host's process until it has told of ${records} records of the lattice, one link each`,
  baseline: '1: the figure stands for itself',
  async measure() {
    await using nats = await startNatsServer({ config: natsConfig });
    const connection = await connect({ servers: nats.url });
    try {
      const control = createControlClient({ connection, lattice: 'default', timeoutMs: 60_000 });
      const start = async (expected: number): Promise<number> => {
        const from = performance.now();
        await using _host = await startHost(nats.url);
        const { length } = await control.getLinks();
        const took = (performance.now() - from) / 1_000;
        if (length !== expected) throw new Error(`the host knows ${length} links, not ${expected}`);
        return took;
      };
      const empty = await start(0);
      await (async () => {
        await using _host = await startHost(nats.url);
        await putLinks(control, { count: records, sources: records, atOnce: 100 });
      })();
      const full = await start(records);
      return { value: full, baseline: 1, note: `${empty.toFixed(2)} s of it without any record` };
    } finally {
      await connection.close();
    }
  },
};
