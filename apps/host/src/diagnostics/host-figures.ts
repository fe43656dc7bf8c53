import type { ComponentPlaces } from '@wasmlattice/component-host';
import type { HostFigures, ProviderFigures } from '@wasmlattice/diagnostics';
import { readGroupUsage } from '@wasmlattice/provider-host';
import { durationBoundsMs } from '@wasmlattice/wasm-runtime';
import type { ComponentService } from '../control-plane/component/component-service.js';
import { describeHost, type HostFacts } from '../control-plane/host-facts.js';
import type { ProviderAtWork, ProviderService } from '../control-plane/provider/provider-service.js';

export interface HostFiguresParts {
  readonly facts: HostFacts;
  readonly components: Pick<ComponentService, 'figures'>;
  readonly providers: Pick<ProviderService, 'atWork'>;
  readonly places: Pick<ComponentPlaces, 'budgets' | 'threads'>;
  /** What process groups use; another one in tests. */
  readonly readUsage?: typeof readGroupUsage;
  /** In ms since the epoch. */
  readonly now?: () => number;
}

/** Who asks more often than that gets what the one before got: the processes of the machine are looked through for it. */
const freshMs = 250;

/** Tells what a host is at; reads what is counted anyway, and what the system knows of processes. */
export function createHostFigures(parts: HostFiguresParts): () => Promise<HostFigures> {
  const { now = Date.now } = parts;
  let latest: { readonly at: number; readonly figures: Promise<HostFigures> } | undefined;
  return () => {
    const at = now();
    if (latest === undefined || at - latest.at >= freshMs || at < latest.at) {
      latest = { at, figures: readHostFigures(parts, at) };
    }
    return latest.figures;
  };
}

async function readHostFigures(
  { facts, components, providers, places, readUsage = readGroupUsage }: HostFiguresParts,
  time: number,
): Promise<HostFigures> {
  const served = await components.figures();
  const atWork = providers.atWork();
  const pids = atWork.flatMap(({ pid }) => pid ?? []);
  const usage = await readUsage(new Set(pids)).catch(() => new Map());
  const { uptimeSeconds } = describeHost(facts, time);
  const cpu = process.cpuUsage();
  const budgets = places.budgets();
  return {
    hostId: facts.hostId,
    friendlyName: facts.friendlyName,
    version: facts.version,
    time,
    uptimeSeconds,
    process: {
      residentBytes: budgets['resident-memory'].used,
      cpuMs: Math.round((cpu.user + cpu.system) / 1_000),
      servingThreads: places.threads,
      budgets: Object.entries(budgets).map(([name, { used, ceiling, refused }]) => ({
        name,
        used,
        ...(Number.isFinite(ceiling) && { ceiling }),
        refused,
      })),
    },
    durationBoundsMs,
    components: served,
    providers: atWork.map((provider) => providerFigures(provider, pids, usage)),
  };
}

/** Providers that share a process count as equal parts of it. */
function providerFigures(
  { pid, ...provider }: ProviderAtWork,
  pids: readonly number[],
  usage: Awaited<ReturnType<typeof readGroupUsage>>,
): ProviderFigures {
  const used = pid === undefined ? undefined : usage.get(pid);
  if (used === undefined) return provider;
  const sharers = pids.filter((each) => each === pid).length;
  return {
    ...provider,
    residentBytes: Math.round(used.residentBytes / sharers),
    cpuMs: Math.round((used.cpuSeconds * 1_000) / sharers),
  };
}
