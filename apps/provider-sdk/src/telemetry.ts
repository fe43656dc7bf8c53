import { type Invoker, type Server, wireName } from '@wasmlattice/rpc';
import { errorType, measureServer, traceInvoker, traceServer } from '@wasmlattice/rpc/telemetry';
import { type Attributes, type Meter, noopMeter, type Tracer } from '@wasmlattice/telemetry';

/** Where the spans and measurements of a provider go. */
export interface ProviderTelemetry {
  readonly tracer: Tracer;
  readonly meter: Meter;
}

/** Upper bounds of buckets for the time a call takes, in seconds. */
const callSeconds: readonly number[] = [
  0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** A server with a span and a measurement for each call. What is off adds nothing. */
export function observeServer(
  server: Server,
  { tracer, meter }: ProviderTelemetry,
  providerId: string,
): Server {
  const measured = meter === noopMeter ? server : measureCalls(server, meter, providerId);
  return traceServer(measured, {
    tracer,
    spanName: 'provider_invocation',
    attributes: { provider_id: providerId },
  });
}

/** An invoker with a span for each call. */
export function observeInvoker(invoker: Invoker, { tracer }: ProviderTelemetry, providerId: string): Invoker {
  return traceInvoker(invoker, { tracer, attributes: { provider_id: providerId } });
}

function measureCalls(server: Server, meter: Meter, providerId: string): Server {
  const duration = meter.histogram('wasmlattice.provider.invocation.duration', {
    description: 'Time a provider takes for a call, by outcome',
    unit: 's',
    buckets: callSeconds,
  });
  return measureServer(server, {
    measure: ({ instance, func }) => {
      const operation: Attributes = {
        'provider.id': providerId,
        operation: `${instance}/${wireName(func.name)}`,
      };
      return () => {
        const startedAt = performance.now();
        return (outcome) =>
          duration.record((performance.now() - startedAt) / 1_000, {
            ...operation,
            outcome: outcome.ok ? 'ok' : errorType(outcome.error),
          });
      };
    },
  });
}
