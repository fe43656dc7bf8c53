import { type ComponentFigures, durationQuantile, type HostFigures } from '@wasmlattice/diagnostics';
import { type FiguresRow, type HostFiguresRow, workloadKey } from '../model/lattice-rows.js';

/** What a host and all that runs on it were at between two readings. */
export interface FiguresBetween {
  readonly host: HostFiguresRow;
  /** By the key of the component or provider. */
  readonly workloads: ReadonlyMap<string, FiguresRow>;
}

/** What happened between two readings of one host. Pages are told again only what differs, so that figures have as many digits as one reads. */
export function figuresBetween(before: HostFigures, after: HostFigures): FiguresBetween {
  const { hostId } = after;
  const seconds = Math.max(0.001, (after.time - before.time) / 1_000);
  const earlier = new Map(before.components.map((each) => [each.id, each]));
  const earlierProviders = new Map(before.providers.map((each) => [each.id, each]));
  const workloads = new Map<string, FiguresRow>();
  for (const component of after.components) {
    workloads.set(workloadKey(hostId, component.id), {
      hostId,
      id: component.id,
      calls: callsBetween(earlier.get(component.id), component, after.durationBoundsMs, seconds),
      residentBytes: rounded(component.residentBytes),
    });
  }
  for (const { id, residentBytes, cpuMs } of after.providers) {
    const cpuBefore = earlierProviders.get(id)?.cpuMs;
    const cores =
      cpuMs === undefined || cpuBefore === undefined ? undefined : (cpuMs - cpuBefore) / 1_000 / seconds;
    workloads.set(workloadKey(hostId, id), {
      hostId,
      id,
      residentBytes: rounded(residentBytes),
      cores: rounded(cores, 2),
    });
  }
  const host: HostFiguresRow = {
    hostId,
    residentBytes: rounded(after.process.residentBytes) ?? 0,
    cores: rounded((after.process.cpuMs - before.process.cpuMs) / 1_000 / seconds, 1) ?? 0,
  };
  return { host, workloads };
}

function callsBetween(
  before: ComponentFigures | undefined,
  after: ComponentFigures,
  bounds: readonly number[],
  seconds: number,
): FiguresRow['calls'] {
  // Counts begin anew when the code is replaced.
  const base = before !== undefined && before.invocations <= after.invocations ? before : undefined;
  const durations = after.durations.map((count, bucket) => count - (base?.durations[bucket] ?? 0));
  return {
    rate: rounded((after.invocations - (base?.invocations ?? 0)) / seconds) ?? 0,
    errorRate: rounded((after.errors - (base?.errors ?? 0)) / seconds) ?? 0,
    p99Ms: rounded(durationQuantile(durations, bounds, 0.99)),
    running: after.running,
    waiting: after.waiting,
  };
}

function rounded(value: number, digits?: number): number;
function rounded(value: number | undefined, digits?: number): number | undefined;
function rounded(value: number | undefined, digits = 3): number | undefined {
  return value === undefined ? undefined : Number(Math.max(0, value).toPrecision(digits));
}
