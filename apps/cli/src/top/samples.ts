import {
  type ComponentFigures,
  durationQuantile,
  type HostFigures,
  type ProviderFigures,
} from '@wasmlattice/diagnostics';

/** A component of a host, and what it did between two looks; of one look alone, since its start. */
export interface ComponentRow extends ComponentFigures {
  readonly host: string;
  /** Invocations a second; absent with one look alone. */
  readonly rate: number | undefined;
  readonly failedShare: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  /** Cores that its guests used; absent with one look alone. */
  readonly cores: number | undefined;
}

export interface ProviderRow extends ProviderFigures {
  readonly host: string;
  readonly cores: number | undefined;
}

export interface HostRow {
  readonly name: string;
  readonly uptimeSeconds: number;
  readonly residentBytes: number;
  readonly cores: number | undefined;
  readonly servingThreads: number;
  /** Invocations refused for a budget of the process since its start. */
  readonly refused: number;
}

/** What there is to see of a lattice at one moment. */
export interface Sample {
  readonly hosts: readonly HostRow[];
  readonly components: readonly ComponentRow[];
  readonly providers: readonly ProviderRow[];
}

/** Compares what hosts tell with what they told before; what is new, or was started anew, counts from its start. */
export function sampleOf(current: readonly HostFigures[], before: readonly HostFigures[] = []): Sample {
  const pairs = current.map((now) => ({ now, earlier: before.find(({ hostId }) => hostId === now.hostId) }));
  return {
    hosts: pairs.map(({ now, earlier }) => hostRow(now, earlier)),
    components: pairs
      .flatMap(({ now, earlier }) => now.components.map((component) => componentRow(component, now, earlier)))
      .sort((a, b) => (b.rate ?? 0) - (a.rate ?? 0) || b.invocations - a.invocations || compare(a.id, b.id)),
    providers: pairs
      .flatMap(({ now, earlier }) => now.providers.map((provider) => providerRow(provider, now, earlier)))
      .sort((a, b) => compare(a.id, b.id)),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function hostRow(now: HostFigures, before: HostFigures | undefined): HostRow {
  return {
    name: now.friendlyName,
    uptimeSeconds: now.uptimeSeconds,
    residentBytes: now.process.residentBytes,
    cores: before && share(now.process.cpuMs - before.process.cpuMs, now, before),
    servingThreads: now.process.servingThreads,
    refused: now.process.budgets.reduce((sum, { refused }) => sum + refused, 0),
  };
}

function componentRow(
  component: ComponentFigures,
  now: HostFigures,
  before: HostFigures | undefined,
): ComponentRow {
  const earlier = before?.components.find(({ id }) => id === component.id);
  // Fewer than before: its code was replaced between the two looks.
  const known = earlier !== undefined && earlier.invocations <= component.invocations ? earlier : undefined;
  const invocations = component.invocations - (known?.invocations ?? 0);
  const errors = component.errors - (known?.errors ?? 0);
  const recent = component.durations.map((count, bucket) => count - (known?.durations[bucket] ?? 0));
  const durations = invocations > 0 ? recent : component.durations;
  const seconds = before === undefined ? 0 : (now.time - before.time) / 1_000;
  return {
    ...component,
    host: now.friendlyName,
    rate: seconds > 0 ? invocations / seconds : undefined,
    failedShare: invocations > 0 ? errors / invocations : 0,
    p50Ms: durationQuantile(durations, now.durationBoundsMs, 0.5),
    p99Ms: durationQuantile(durations, now.durationBoundsMs, 0.99),
    cores: before && share(component.computedMs - (known?.computedMs ?? 0), now, before),
  };
}

function providerRow(
  provider: ProviderFigures,
  now: HostFigures,
  before: HostFigures | undefined,
): ProviderRow {
  const earlier = before?.providers.find(({ id }) => id === provider.id);
  const used = (provider.cpuMs ?? 0) - (earlier?.cpuMs ?? 0);
  const cores =
    before === undefined || provider.cpuMs === undefined
      ? undefined
      : Math.max(0, share(used, now, before) ?? 0);
  return { ...provider, host: now.friendlyName, cores };
}

function share(ms: number, now: HostFigures, before: HostFigures): number | undefined {
  const passed = now.time - before.time;
  return passed > 0 ? ms / passed : undefined;
}
