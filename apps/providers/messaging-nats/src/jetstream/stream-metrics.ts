import type { Meter } from '@wasmlattice/telemetry';

/** What became of an attempt to deliver a message of a stream. */
export type StreamOutcome = 'handled' | 'redelivered' | 'dead-letter' | 'given-up';

/** Counts the attempts of one consumer. */
export interface StreamMetrics {
  count(outcome: StreamOutcome): void;
}

export function createStreamMetrics(
  meter: Meter,
  names: { readonly stream: string; readonly consumer: string; readonly component: string },
): StreamMetrics {
  const counter = meter.counter('wasmlattice.messaging.deliveries', {
    description: 'Messages of streams that were handed to components, by what became of them',
  });
  const attributes = { stream: names.stream, consumer: names.consumer, 'component.id': names.component };
  return { count: (outcome) => counter.add(1, { ...attributes, outcome }) };
}
