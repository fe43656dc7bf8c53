import type { Meter as ApiMeter, MetricOptions } from '@opentelemetry/api';
import type { Attributes, InstrumentOptions, Meter } from '@wasmlattice/telemetry';
import { presentAttributes } from './present-attributes.js';

interface Observed {
  readonly read: () => number;
  readonly attributes: Attributes;
}

/** Our meter on an OpenTelemetry one. */
export function createOtelMeter(meter: ApiMeter): Meter {
  const observed = new Map<string, Set<Observed>>();
  return {
    counter(name, options) {
      const counter = meter.createCounter(name, toMetricOptions(options));
      return { add: (value, attributes) => counter.add(value, presentAttributes(attributes)) };
    },
    upDownCounter(name, options) {
      const counter = meter.createUpDownCounter(name, toMetricOptions(options));
      return { add: (value, attributes) => counter.add(value, presentAttributes(attributes)) };
    },
    histogram(name, options) {
      const histogram = meter.createHistogram(name, toMetricOptions(options));
      return { record: (value, attributes) => histogram.record(value, presentAttributes(attributes)) };
    },
    gauge(name, options) {
      const gauge = meter.createGauge(name, toMetricOptions(options));
      return { record: (value, attributes) => gauge.record(value, presentAttributes(attributes)) };
    },
    observe(name, read, { attributes = {}, ...options } = {}) {
      const known = observed.get(name);
      const observations = known ?? new Set();
      if (known === undefined) {
        observed.set(name, observations);
        meter.createObservableUpDownCounter(name, toMetricOptions(options)).addCallback((result) => {
          for (const { attributes: present, sum } of sums(observations)) result.observe(sum, present);
        });
      }
      const observation = { read, attributes };
      observations.add(observation);
      return { close: () => void observations.delete(observation) };
    },
  };
}

/** OpenTelemetry takes one value for each set of attributes. */
function sums(observations: Iterable<Observed>) {
  const byAttributes = new Map<string, { attributes: ReturnType<typeof presentAttributes>; sum: number }>();
  for (const { read, attributes } of observations) {
    const present = presentAttributes(attributes);
    const key = JSON.stringify(Object.entries(present).sort());
    const known = byAttributes.get(key);
    if (known === undefined) byAttributes.set(key, { attributes: present, sum: read() });
    else known.sum += read();
  }
  return byAttributes.values();
}

function toMetricOptions({ unit, description, buckets }: InstrumentOptions = {}): MetricOptions {
  return {
    ...(unit === undefined ? {} : { unit }),
    ...(description === undefined ? {} : { description }),
    ...(buckets === undefined ? {} : { advice: { explicitBucketBoundaries: [...buckets] } }),
  };
}
