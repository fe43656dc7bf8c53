import type { Attributes } from '../attributes.js';
import type { Measurement } from './measurement.js';
import type { InstrumentOptions, Meter } from './meter.js';

/** A meter that adds up in place until somebody takes the sums. */
export interface BufferingMeter extends Meter {
  /** Measurements since the last call. */
  take(): Measurement[];
}

/** What is kept of one instrument: values by attributes, one object for all that say the same. */
interface Series {
  readonly kind: Measurement['kind'];
  readonly name: string;
  readonly options: InstrumentOptions;
  readonly values: Map<Attributes, number[]>;
}

interface Observed {
  readonly read: () => number;
  readonly series: Series;
  readonly attributes: Attributes;
  /** `undefined` before the first time: a zero is worth telling once, so that the series is there. */
  reported: number | undefined;
}

const noAttributes: Attributes = {};

/** Sets of attributes remembered; far more than a thread should have. */
const maxRemembered = 10_000;

/** For threads that leave the export of metrics to another one: no SDK, and little work for each measurement. */
export function createBufferingMeter(): BufferingMeter {
  const all: Series[] = [];
  const bySameness = new Map<string, Attributes>();
  const byIdentity = new WeakMap<Attributes, Attributes>();

  /** The one object for attributes of this content: at once for an object that was here before. */
  const sole = (attributes: Attributes): Attributes => {
    const known = byIdentity.get(attributes);
    if (known !== undefined) return known;
    const content = JSON.stringify(attributes);
    const first = bySameness.get(content) ?? attributes;
    if (bySameness.size >= maxRemembered) bySameness.clear();
    bySameness.set(content, first);
    byIdentity.set(attributes, first);
    return first;
  };
  const add = ({ values }: Series, value: number, attributes: Attributes): void => {
    const key = sole(attributes);
    const sum = values.get(key);
    if (sum === undefined) values.set(key, [value]);
    else sum[0] = (sum[0] as number) + value;
  };
  const observed = new Set<Observed>();

  const seriesOf = (kind: Measurement['kind'], name: string, options: InstrumentOptions = {}): Series => {
    const known = all.find((series) => series.kind === kind && series.name === name);
    if (known !== undefined) return known;
    const series: Series = { kind, name, options, values: new Map() };
    all.push(series);
    return series;
  };
  const report = (observation: Observed, value: number): void => {
    const { series, attributes, reported } = observation;
    if (value === reported) return;
    add(series, value - (reported ?? 0), attributes);
    observation.reported = value;
  };
  const summing = (kind: 'counter' | 'upDownCounter') => (name: string, options?: InstrumentOptions) => {
    const series = seriesOf(kind, name, options);
    return { add: (value: number, attributes = noAttributes): void => add(series, value, attributes) };
  };

  return {
    counter: summing('counter'),
    upDownCounter: summing('upDownCounter'),
    histogram(name, options) {
      const { values } = seriesOf('histogram', name, options);
      return {
        record(value, attributes = noAttributes) {
          const key = sole(attributes);
          const before = values.get(key);
          if (before === undefined) values.set(key, [value]);
          else before.push(value);
        },
      };
    },
    gauge(name, options) {
      const { values } = seriesOf('gauge', name, options);
      return { record: (value, attributes = noAttributes) => void values.set(sole(attributes), [value]) };
    },
    observe(name, read, { attributes = noAttributes, ...options } = {}) {
      const series = seriesOf('upDownCounter', name, options);
      const observation: Observed = { read, series, attributes, reported: undefined };
      observed.add(observation);
      return {
        close() {
          if (observed.delete(observation) && observation.reported !== undefined) report(observation, 0);
        },
      };
    },
    take() {
      for (const observation of observed) report(observation, observation.read());
      const taken: Measurement[] = [];
      for (const { values, ...instrument } of all) {
        for (const [attributes, list] of values) taken.push({ ...instrument, attributes, values: list });
        values.clear();
      }
      return taken;
    },
  };
}
