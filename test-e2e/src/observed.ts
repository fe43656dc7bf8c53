import type { Collector } from '@wasmlattice/telemetry-otlp/testing';
import type { HostProcessOptions } from './host-process.js';

/** What a host is started with that exports soon, so that nobody has to wait for what it tells. */
export function observedBy(endpoint: string): Required<Pick<HostProcessOptions, 'args' | 'env'>> {
  return {
    args: ['--enable-observability', '--override-observability-endpoint', endpoint],
    env: {
      OTEL_BSP_SCHEDULE_DELAY: '20',
      OTEL_BLRP_SCHEDULE_DELAY: '20',
      OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
      OTEL_METRIC_EXPORT_INTERVAL: '100',
      OTEL_METRIC_EXPORT_TIMEOUT: '100',
    },
  };
}

/** How often a host exports while what its threads measured is on its way to it. */
const exportsUnderWay = 10;

/**
 * Resolves once a component's metric has come to a value on all hosts together, and has stayed there. What was exported before this
 * moment does not count.
 */
export async function metricSettles(
  collector: Collector,
  name: string,
  componentId: string,
  value: number,
): Promise<void> {
  const from = collector.points.length;
  await collector.until(({ points }) => {
    const series = new Map<unknown, number[]>();
    for (const point of points.slice(from)) {
      if (point.name !== name || point.attributes['component.id'] !== componentId) continue;
      const key = JSON.stringify(point.attributes);
      series.set(key, [...(series.get(key) ?? []), point.value]);
    }
    const all = [...series.values()];
    if (all.length === 0 || all.some((values) => values.length < exportsUnderWay)) return undefined;
    return all.reduce((sum, values) => sum + (values.at(-1) ?? 0), 0) === value ? true : undefined;
  });
}
