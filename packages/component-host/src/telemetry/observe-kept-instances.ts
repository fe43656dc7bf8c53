import type { Meter, Observation } from '@wasmlattice/telemetry';
import type { KeptInstances } from '../kept-instances/index.js';
import { componentAttributes, type MeasuredComponent } from './invocation-recorder.js';

/** Tells how many instances of a component live on in this thread for the sake of their resources, and how many of those there are. */
export function observeKeptInstances(
  kept: Pick<KeptInstances, 'stats'>,
  meter: Meter,
  component: MeasuredComponent,
): Observation {
  const attributes = componentAttributes(component);
  const observations = [
    meter.observe('wasmlattice.component.kept_instances', () => kept.stats.instances, {
      description: 'Instances that live on because others hold handles to their resources',
      attributes,
    }),
    meter.observe('wasmlattice.component.handles', () => kept.stats.handles, {
      description: 'Handles to resources of a component that others hold',
      attributes,
    }),
  ];
  return {
    close() {
      for (const observation of observations) observation.close();
    },
  };
}
