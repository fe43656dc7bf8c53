import type { Meter } from '@wasmlattice/telemetry';

/** What became of an attempt to deliver a message. */
export type DeliveryOutcome = 'handled' | 'redelivered' | 'dead-letter' | 'given-up';

/** Counts the attempts of one component. */
export interface DeliveryMetrics {
  count(outcome: DeliveryOutcome): void;
}

export function createDeliveryMetrics(meter: Meter, component: string): DeliveryMetrics {
  const counter = meter.counter('wasmlattice.messaging.deliveries', {
    description: 'Messages that were handed to components, by what became of them',
  });
  return { count: (outcome) => counter.add(1, { 'component.id': component, outcome }) };
}
