import type { Meter as ApiMeter } from '@opentelemetry/api';
import type { Attributes } from '../attributes.js';
import type { Meter } from '../meter.js';

/** Our meter on an OpenTelemetry one. */
export function createOtelMeter(meter: ApiMeter): Meter {
  return {
    counter(name, options) {
      const counter = meter.createCounter(name, options);
      return { add: (value, attributes) => counter.add(value, copy(attributes)) };
    },
    upDownCounter(name, options) {
      const counter = meter.createUpDownCounter(name, options);
      return { add: (value, attributes) => counter.add(value, copy(attributes)) };
    },
    histogram(name, options) {
      const histogram = meter.createHistogram(name, options);
      return { record: (value, attributes) => histogram.record(value, copy(attributes)) };
    },
    gauge(name, options) {
      const gauge = meter.createGauge(name, options);
      return { record: (value, attributes) => gauge.record(value, copy(attributes)) };
    },
  };
}

/** A series is told apart by the attributes that have a value. */
function copy(attributes: Attributes = {}): Record<string, string | number | boolean> {
  const present: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) present[name] = value;
  }
  return present;
}
