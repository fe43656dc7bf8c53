import type { CallMeasure } from '@wasmlattice/rpc/telemetry';
import { type Attributes, type Meter, noopMeter } from '@wasmlattice/telemetry';

/** What identifies a component in upstream's metrics (docs/spec/host-config.md#4). */
export interface MeasuredComponent {
  readonly componentId: string;
  readonly imageRef: string;
  readonly lattice: string;
  readonly hostId: string;
}

/** Of what is told of a component's instances (docs/spec/host-config.md#4). */
export function componentAttributes({
  componentId,
  imageRef,
  lattice,
  hostId,
}: MeasuredComponent): Attributes {
  return { 'component.id': componentId, 'component.ref': imageRef, lattice, host: hostId };
}

/** Upper bounds of buckets for the time a call takes, in seconds. */
export const callSeconds: readonly number[] = [
  0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

const nanosecondsPerMs = 1e6;
const nanosecondsPerSecond = 1e9;

const nothing: CallMeasure = () => () => {};

/**
 * Makes measures for the operations of one component: upstream's counters and duration, under its names, units and
 * attributes. `operation` is `{instance}/{function}` as served over wRPC; absent for the built-in HTTP server.
 */
export function createInvocationRecorders(
  meter: Meter,
  component: MeasuredComponent,
): (operation?: string) => CallMeasure {
  if (meter === noopMeter) return () => nothing;
  const invocations = meter.counter('wasmcloud_host.component.invocations', {
    description: 'Invocations of components',
  });
  const errors = meter.counter('wasmcloud_host.component.invocation.errors', {
    description: 'Invocations of components that failed',
  });
  const duration = meter.histogram('wasmcloud_host.handle_rpc_message.duration', {
    description: 'Time from the acceptance of an invocation to its end, waiting for an instance included',
    unit: 'nanoseconds',
    buckets: callSeconds.map((seconds) => seconds * nanosecondsPerSecond),
  });
  return (operation) => {
    const attributes: Attributes = {
      'component.ref': component.imageRef,
      lattice: component.lattice,
      host: component.hostId,
      operation,
    };
    return () => {
      const startedAt = performance.now();
      return ({ ok }) => {
        duration.record(Math.round((performance.now() - startedAt) * nanosecondsPerMs), attributes);
        invocations.add(1, attributes);
        if (!ok) errors.add(1, attributes);
      };
    };
  };
}
