import { type Meter, noopMeter, type Observation } from '@wasmlattice/telemetry';
import {
  type AnyLimitName,
  budgetMetrics,
  type InstancePool,
  OverloadedError,
} from '@wasmlattice/wasm-runtime';
import { callSeconds, componentAttributes, type MeasuredComponent } from './invocation-recorder.js';

export interface PoolObservation extends Observation {
  /** The limit is another one from now on. */
  limited(maxInstances: number): void;
  /** An invocation waited so long for an instance, in ms. */
  waited(ms: number): void;
  /** One of them exceeded a limit. */
  exceeded(limit: AnyLimitName): void;
  /** Its guests had a core for so many ms more. */
  computed(ms: number): void;
  /** Invocations of the pool, with those counted that are refused as overloaded. */
  readonly run: InstancePool['run'];
}

/** Tells how many invocations of a component run in this thread and how many wait for an instance. */
export function observePool(
  pool: Pick<InstancePool, 'stats' | 'run'>,
  meter: Meter,
  component: MeasuredComponent,
): PoolObservation {
  const attributes = componentAttributes(component);
  const observations = [
    meter.observe('wasmcloud_host.component.active_instances', () => pool.stats.active, {
      description: 'Instances of components that are in use',
      attributes,
    }),
    meter.observe('wasmlattice.component.waiting_invocations', () => pool.stats.waiting, {
      description: 'Invocations that wait because max_instances run already',
      attributes,
    }),
  ];
  const waits = meter.histogram('wasmlattice.component.wait', {
    description: 'Time that invocations waited for an instance, those that had to',
    unit: 's',
    buckets: callSeconds,
  });
  const cpu = meter.counter('wasmlattice.component.cpu_time', {
    description: 'Time that guests of a component had a core',
    unit: 's',
  });
  const refused = meter.counter(budgetMetrics.refused, {
    description: 'Invocations that were refused because there was no room for them',
  });
  const exceeded = meter.counter('wasmlattice.component.limit_exceeded', {
    description: 'Invocations that asked for more than their component may have',
  });
  const limit = meter.gauge('wasmcloud_host.component.max_instances', {
    description: 'Invocations of a component that may run at once on this host',
  });
  limit.record(pool.stats.maxInstances, attributes);
  const countedRun: InstancePool['run'] = async (context, work, options) => {
    try {
      return await pool.run(context, work, options);
    } catch (error) {
      if (error instanceof OverloadedError) refused.add(1, { ...attributes, budget: error.budget });
      throw error;
    }
  };
  return {
    limited: (maxInstances) => limit.record(maxInstances, attributes),
    exceeded: (name) => exceeded.add(1, { ...attributes, limit: name }),
    computed: (ms) => cpu.add(ms / 1_000, attributes),
    waited: (ms) => waits.record(ms / 1_000, attributes),
    run: meter === noopMeter ? pool.run.bind(pool) : countedRun,
    close() {
      for (const observation of observations) observation.close();
    },
  };
}
