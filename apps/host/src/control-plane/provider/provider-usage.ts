import { type GroupUsage, readGroupUsage } from '@wasmlattice/provider-host';
import type { Meter, Observation } from '@wasmlattice/telemetry';

export interface ProviderUsageOptions {
  readonly meter: Meter;
  /** How often processes are looked at once somebody reads the metrics, in ms. Default 10,000. */
  readonly everyMs?: number | undefined;
  readonly read?: typeof readGroupUsage | undefined;
}

/** Memory and time that the processes of providers use, measured while somebody reads the metrics. */
export interface ProviderUsage {
  /** @param pid that of its process at any moment; `undefined` while none runs, and for what runs in the host */
  watch(providerId: string, pid: () => number | undefined): () => void;
}

interface Watched {
  readonly pid: () => number | undefined;
  readonly memory: Observation;
  latest: GroupUsage | undefined;
  latestPid: number | undefined;
  /** How many providers run in that process: each counts as an equal part of it. */
  sharers: number;
}

const defaultEveryMs = 10_000;

export function createProviderUsage(options: ProviderUsageOptions): ProviderUsage {
  const { meter, everyMs = defaultEveryMs, read = readGroupUsage } = options;
  const cpuTime = meter.counter('wasmlattice.provider.cpu_time', {
    unit: 's',
    description: 'How long the process group of a provider had a core',
  });
  const watched = new Map<string, Watched>();
  let timer: NodeJS.Timeout | undefined;

  const look = async (): Promise<void> => {
    const pids = [...watched.values()].flatMap((each) => each.pid() ?? []);
    const usage = await read(new Set(pids));
    const sharers = (pid: number): number => pids.filter((each) => each === pid).length || 1;
    for (const [providerId, each] of watched) {
      const pid = each.pid();
      const latest = pid === undefined ? undefined : usage.get(pid);
      const before = pid === each.latestPid ? (each.latest?.cpuSeconds ?? 0) : 0;
      each.latest = latest;
      each.sharers = pid === undefined ? 1 : sharers(pid);
      each.latestPid = pid;
      const spent = (latest?.cpuSeconds ?? 0) - before;
      // It shrinks when a process ends that nobody waited for.
      if (spent > 0) cpuTime.add(spent / each.sharers, { 'provider.id': providerId });
    }
  };
  const begin = (): void => {
    if (timer !== undefined) return;
    const lookOnce = (): void => void look().catch(() => {});
    timer = setInterval(lookOnce, everyMs).unref();
    lookOnce();
  };

  return {
    watch(providerId, pid) {
      const memory = meter.observe(
        'wasmlattice.provider.memory',
        () => {
          begin();
          return Math.round((each.latest?.residentBytes ?? 0) / each.sharers);
        },
        {
          unit: 'By',
          description: 'Resident memory of the process group of a provider',
          attributes: { 'provider.id': providerId },
        },
      );
      const each: Watched = { pid, memory, latest: undefined, latestPid: undefined, sharers: 1 };
      watched.set(providerId, each);
      return () => {
        memory.close();
        if (watched.get(providerId) === each) watched.delete(providerId);
        if (watched.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      };
    },
  };
}
