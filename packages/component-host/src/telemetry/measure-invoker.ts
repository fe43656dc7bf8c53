import { type Invocation, type Invoker, wireName } from '@wasmlattice/rpc';
import { errorType } from '@wasmlattice/rpc/telemetry';
import { type Attributes, type Meter, noopMeter } from '@wasmlattice/telemetry';
import { callSeconds } from './invocation-recorder.js';

/** Functions a component calls are few; beyond this something made them up. */
const maxRemembered = 1_000;

/** An invoker that measures the calls of one component, wherever they go. */
export function measureInvoker(
  invoker: Invoker,
  options: { readonly meter: Meter; readonly componentId: string },
): Invoker {
  const { meter, componentId } = options;
  if (meter === noopMeter) return invoker;
  const duration = meter.histogram('wasmlattice.component.call.duration', {
    description: 'Time of outgoing calls of components until their result is there, by outcome',
    unit: 's',
    buckets: callSeconds,
  });
  const inFlight = meter.upDownCounter('wasmlattice.component.calls.in_flight', {
    description: 'Outgoing calls of components that have no result yet',
  });
  const component: Attributes = { 'component.id': componentId };

  // The same object for the same series: that makes measurements cheap.
  const remembered = new Map<string, Attributes>();
  const attributesOf = ({ target, instance, func, headers }: Invocation, outcome: string): Attributes => {
    const link = headers?.['link-name'];
    const key = `${target} ${instance} ${func.name} ${link} ${outcome}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const attributes: Attributes = {
      ...component,
      target,
      operation: `${instance}/${wireName(func.name)}`,
      'link.name': link,
      outcome,
    };
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(key, attributes);
    return attributes;
  };

  return {
    async invoke(invocation) {
      const startedAt = performance.now();
      let outcome = 'ok';
      inFlight.add(1, component);
      try {
        return await invoker.invoke(invocation);
      } catch (error) {
        outcome = errorType(error);
        throw error;
      } finally {
        inFlight.add(-1, component);
        duration.record((performance.now() - startedAt) / 1_000, attributesOf(invocation, outcome));
      }
    },
  };
}
