import type { Meter, Observation } from '@wasmlattice/telemetry';
import type { InstancePool } from '@wasmlattice/wasm-runtime';
import type { MeasuredComponent } from './invocation-recorder.js';

export interface PoolObservation extends Observation {
  /** The limit is another one from now on. */
  limited(maxInstances: number): void;
}

/** Tells how many invocations of a component run in this thread and how many wait for an instance. */
export function observePool(
  pool: Pick<InstancePool, 'stats'>,
  meter: Meter,
  component: MeasuredComponent,
): PoolObservation {
  const attributes = {
    'component.id': component.componentId,
    'component.ref': component.imageRef,
    lattice: component.lattice,
    host: component.hostId,
  };
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
  const limit = meter.gauge('wasmcloud_host.component.max_instances', {
    description: 'Invocations of a component that may run at once on this host',
  });
  limit.record(pool.stats.maxInstances, attributes);
  return {
    limited: (maxInstances) => limit.record(maxInstances, attributes),
    close() {
      for (const observation of observations) observation.close();
    },
  };
}
