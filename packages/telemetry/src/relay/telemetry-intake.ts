import type { Attributes } from '../attributes.js';
import type { ExportedLog } from '../log/exported-log.js';
import type { Measurement } from '../metric/measurement.js';
import type { Meter, UpDownCounter } from '../metric/meter.js';
import type { SpanRecord } from '../trace/span-record.js';
import type { TelemetryBatch } from './telemetry-batch.js';

/** Takes what the relay of one other thread posts. */
export interface TelemetryIntake {
  accept(batch: TelemetryBatch): void;
  /** The thread is gone, and with it what it had counted up and not down again: calls in flight, instances. */
  close(): void;
}

/** Where the spans, measurements and log records of other threads end up: with what exports them. */
export interface TelemetryDestination {
  readonly meter: Meter;
  readonly span: (span: SpanRecord) => void;
  readonly log: (log: ExportedLog) => void;
}

/** Sums that may go down, as one thread left them. */
interface Standing {
  readonly counter: UpDownCounter;
  readonly attributes: Attributes;
  sum: number;
}

/** Makes intakes that pass on what they accept; measurements go to the instruments of `meter`. */
export function createTelemetryIntakes(to: TelemetryDestination): () => TelemetryIntake {
  const replay = createReplay(to.meter);
  return () => {
    const standing = new Map<string, Standing>();
    return {
      accept({ spans, measurements, logs }) {
        for (const span of spans) to.span(span);
        for (const log of logs) to.log(log);
        for (const measurement of measurements) {
          const counter = replay(measurement);
          if (counter === undefined) continue;
          const { name, attributes, values } = measurement;
          const key = `${name} ${JSON.stringify(attributes)}`;
          const known = standing.get(key) ?? { counter, attributes, sum: 0 };
          known.sum += values[0] ?? 0;
          if (known.sum === 0) standing.delete(key);
          else standing.set(key, known);
        }
      },
      close() {
        for (const { counter, attributes, sum } of standing.values()) counter.add(-sum, attributes);
        standing.clear();
      },
    };
  };
}

/** Records a measurement with the instrument of its name; gives that back if it is one that may go down. */
function createReplay(meter: Meter): (measurement: Measurement) => UpDownCounter | undefined {
  const instruments = new Map<string, (measurement: Measurement) => UpDownCounter | undefined>();

  const make = ({ kind, name, options }: Measurement): ((of: Measurement) => UpDownCounter | undefined) => {
    switch (kind) {
      case 'counter': {
        const counter = meter.counter(name, options);
        return ({ values, attributes }) => void counter.add(values[0] ?? 0, attributes);
      }
      case 'upDownCounter': {
        const counter = meter.upDownCounter(name, options);
        return ({ values, attributes }) => {
          counter.add(values[0] ?? 0, attributes);
          return counter;
        };
      }
      case 'histogram': {
        const histogram = meter.histogram(name, options);
        return ({ values, attributes }) => {
          for (const value of values) histogram.record(value, attributes);
          return undefined;
        };
      }
      case 'gauge': {
        const gauge = meter.gauge(name, options);
        return ({ values, attributes }) => void gauge.record(values[0] ?? 0, attributes);
      }
    }
  };

  return (measurement) => {
    const key = `${measurement.kind} ${measurement.name}`;
    const known = instruments.get(key) ?? make(measurement);
    instruments.set(key, known);
    return known(measurement);
  };
}
