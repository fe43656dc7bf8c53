import { type Invoker, type Server, wireName } from '@wasmlattice/rpc';
import { measureServer, traceInvoker, traceServer } from '@wasmlattice/rpc/telemetry';
import { type Meter, noopMeter, noopTracer, type Observation, type Tracer } from '@wasmlattice/telemetry';
import type { InstancePool } from '@wasmlattice/wasm-runtime';
import type { KeptInstances } from '../kept-instances/index.js';
import { createInvocationRecorders, type MeasuredComponent } from './invocation-recorder.js';
import { measureInvoker } from './measure-invoker.js';
import { type HttpHandler, type HttpRequestHandler, observeHttp } from './observe-http.js';
import { observeKeptInstances } from './observe-kept-instances.js';
import { observePool, type PoolObservation } from './observe-pool.js';

/** What a data plane tells of itself; both no-op by default. */
export interface RuntimeTelemetry {
  readonly tracer: Tracer;
  readonly meter: Meter;
}

export const noRuntimeTelemetry: RuntimeTelemetry = { tracer: noopTracer, meter: noopMeter };

/** Spans and metrics of one component, as decorators of the seams its calls go through. What is off adds nothing. */
export interface ComponentTelemetry {
  invoker(invoker: Invoker): Invoker;
  server(server: Server): Server;
  http(handle: HttpHandler): HttpRequestHandler;
  pool(pool: Pick<InstancePool, 'stats' | 'run'>): PoolObservation;
  keptInstances(instances: Pick<KeptInstances, 'stats'>): Observation;
}

export function createComponentTelemetry(options: {
  readonly telemetry: RuntimeTelemetry;
  readonly component: MeasuredComponent;
  /** Whether spans of HTTP requests have the headers and the beginnings of bodies. */
  readonly showsExchanges?: boolean | undefined;
}): ComponentTelemetry {
  const { component, showsExchanges } = options;
  const { tracer, meter } = options.telemetry;
  const { componentId } = component;
  const recorder = createInvocationRecorders(meter, component);
  return {
    invoker: (invoker) =>
      traceInvoker(measureInvoker(invoker, { meter, componentId }), {
        tracer,
        attributes: { component_id: componentId },
      }),
    server(server) {
      const measured =
        meter === noopMeter
          ? server
          : measureServer(server, {
              measure: ({ instance, func }) => recorder(`${instance}/${wireName(func.name)}`),
            });
      return traceServer(measured, {
        tracer,
        spanName: 'component_invocation',
        attributes: { component_id: componentId, component_ref: component.imageRef },
      });
    },
    http: (handle) =>
      observeHttp(handle, { tracer, meter, componentId, measure: recorder(), showsExchanges }),
    pool: (pool) => observePool(pool, meter, component),
    keptInstances: (instances) => observeKeptInstances(instances, meter, component),
  };
}
