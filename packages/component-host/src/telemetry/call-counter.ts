import { errorType } from '@wasmlattice/rpc/telemetry';
import { type Attributes, type Meter, noopMeter } from '@wasmlattice/telemetry';

/** Counts the outgoing calls of components by the path they took and how they ended. */
export interface CallCounter {
  /** A call served in this thread is over; `error`: it failed. */
  local(error?: unknown): void;
  /** `call` went over the lattice because of `reason`; counted when it is over. */
  lattice(reason: string, call: Promise<unknown>): Promise<unknown>;
}

export function createCallCounter(meter: Meter): CallCounter {
  if (meter === noopMeter) return { local() {}, lattice: (_reason, call) => call };
  const counter = meter.counter('wasmlattice.component.calls', {
    description: 'Outgoing calls of components, by the path they took and how they ended',
  });
  // The same object for the same series: that makes measurements cheap.
  const remembered = new Map<string, Attributes>();
  const add = (path: 'local' | 'lattice', reason: string | undefined, error: unknown): void => {
    const outcome = error === undefined ? 'ok' : errorType(error);
    const key = `${path} ${reason} ${outcome}`;
    const attributes = remembered.get(key) ?? { path, reason, outcome };
    remembered.set(key, attributes);
    counter.add(1, attributes);
  };
  return {
    local: (error) => add('local', undefined, error),
    async lattice(reason, call) {
      try {
        const result = await call;
        add('lattice', reason, undefined);
        return result;
      } catch (error) {
        add('lattice', reason, error);
        throw error;
      }
    },
  };
}
