import { createControlClient } from '@wasmlattice/control-interface';
import { startNatsServer } from '@wasmlattice/test-support';
import { connect } from 'nats';
import type { Measurement } from '../measurement.js';
import { median } from '../median.js';
import { startSimulatedHosts } from '../simulated-hosts.js';

const hosts = 200;
const rounds = 11;
const heartbeats = { intervalMs: 1_000, periods: 10 };

export const manyHosts: Measurement = {
  name: 'many-hosts',
  unit: 'ms',
  better: 'lower',
  target: 2,
  title: `inventories of ${hosts} hosts of one process, found by a ping and asked all at once, divided by ${hosts / 20}`,
  baseline: 'the same of 20 hosts',
  async measure() {
    const many = await measure(hosts);
    const few = await measure(20);
    const share = many.cpuMs / (heartbeats.periods * hosts);
    const note = [
      `all inventories ${many.inventoriesMs.toFixed(0)} ms`,
      `all pings ${many.pingsMs.toFixed(0)} ms`,
      `all bids of an auction ${many.auctionMs.toFixed(0)} ms`,
      `a heartbeat of each takes ${share.toFixed(2)} ms of CPU time, with its inventory`,
      `${many.lost} of ${hosts * heartbeats.periods} heartbeats missing`,
    ].join(', ');
    return { value: many.inventoriesMs / (hosts / 20), baseline: few.inventoriesMs, note };
  },
};

async function measure(count: number): Promise<{
  readonly inventoriesMs: number;
  readonly pingsMs: number;
  readonly auctionMs: number;
  readonly cpuMs: number;
  readonly lost: number;
}> {
  await using nats = await startNatsServer();
  const connection = await connect({ servers: nats.url });
  try {
    const control = createControlClient({ connection, lattice: 'default', timeoutMs: 60_000 });
    await using simulated = await startSimulatedHosts(nats.url, count);
    const all = { stopAfter: count };
    const taken = async (action: () => Promise<number>): Promise<number> => {
      const times: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const from = performance.now();
        const answers = await action();
        times.push(performance.now() - from);
        if (answers !== count) throw new Error(`${answers} of ${count} hosts answered`);
      }
      return median(times);
    };
    const pingsMs = await taken(async () => (await control.ping(all)).length);
    const inventoriesMs = await taken(async () => {
      const found = await control.ping(all);
      return (await Promise.all(found.map(({ id }) => control.getHostInventory(id)))).length;
    });
    const auctionMs = await taken(async () => {
      const bids = await control.auctionComponent(
        { componentRef: 'file:///component.wasm', componentId: 'component', constraints: { zone: 'a' } },
        all,
      );
      return bids.length;
    });
    const { cpuMs, received } = await simulated.beat(connection, heartbeats);
    return { inventoriesMs, pingsMs, auctionMs, cpuMs, lost: heartbeats.periods * count - received };
  } finally {
    await connection.close();
  }
}
