import type { BenchLattice } from '../../lattice.js';
import { firstAnswer } from '../../load/first-answer.js';
import { type HttpLoadOptions, loadHttp, settleHttp } from '../../load/http-load.js';
import type { Measured } from '../../measurement.js';
import { median } from '../../median.js';
import { cpuSecondsOf } from '../../process-time.js';
import { medianOfRounds } from '../../rounds.js';
import { serverPort } from '../../server-port.js';
import { type BothHosts, startBothHosts } from '../../wasmcloud/both-hosts.js';

export interface LoadBothHostsOptions {
  /** Path of `wasmcloud` 1.9.2. */
  readonly program: string;
  readonly load: Omit<HttpLoadOptions, 'port'>;
  /** Longest wait for the first answer of a host. */
  readonly firstAnswerMs: number;
  /** Brings up what answers at `port` of 127.0.0.1. */
  readonly serve: (lattice: BenchLattice, port: number) => Promise<void>;
}

/** Requests per second of the same on a host of ours and on one of wasmCloud, both with their defaults, in turn. */
export async function loadBothHosts(options: LoadBothHostsOptions): Promise<Measured> {
  const { firstAnswerMs, load, program, serve } = options;
  await using hosts = await startBothHosts(program);
  const settled = async (lattice: BenchLattice): Promise<number> => {
    const port = await serverPort();
    await serve(lattice, port);
    await firstAnswer(port, firstAnswerMs);
    await settleHttp({ ...load, port });
    return port;
  };
  const ours = await settled(hosts.ours);
  const theirs = await settled(hosts.theirs);
  const costs = { ours: [] as number[], theirs: [] as number[] };
  const measure = async (side: keyof BothHosts & keyof typeof costs, port: number): Promise<number> => {
    const { hostPid } = hosts[side];
    const before = await cpuSecondsOf(hostPid);
    const rate = await loadHttp({ ...load, port });
    const seconds = (await cpuSecondsOf(hostPid)) - before;
    // As many a second while it warms up.
    costs[side].push(seconds / (rate * ((load.warmUpMs + load.durationMs) / 1_000)));
    return rate;
  };
  // Awaited here: what is measured goes away with this scope.
  const measured = await medianOfRounds(
    5,
    () => measure('ours', ours),
    () => measure('theirs', theirs),
  );
  const micros = (all: readonly number[]): string => (median(all) * 1e6).toFixed(0);
  return {
    ...measured,
    note: `a request costs the host some ${micros(costs.ours)} µs of CPU time, theirs ${micros(costs.theirs)}`,
  };
}
