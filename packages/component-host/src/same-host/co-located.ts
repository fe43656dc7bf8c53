import type { Invoker } from '@wasmlattice/rpc';
import type { HandOver } from '@wasmlattice/telemetry';
import { createStderrLogger } from '@wasmlattice/telemetry';
import { createComponentRuntime } from '../component-runtime.js';
import type { CoLocatedComponent, ComponentWorkerData } from '../thread/messages.js';
import type { LocalCallee } from './local-invoker.js';
import { createLocalServer } from './local-server.js';

/**
 * A data plane of a component in the worker of another that calls it: served to this thread only, and without a queue,
 * since who finds no permit goes over the lattice.
 *
 * @throws InvalidComponentError, MissingImportError
 */
export async function startCoLocated(options: {
  /** The worker's own component: what is the same for all of this host is taken from it. */
  readonly host: Pick<ComponentWorkerData, 'lattice' | 'hostId' | 'rpc' | 'engine' | 'cacheDir' | 'log'>;
  readonly component: CoLocatedComponent;
  /** Takes the calls that the component makes. */
  readonly invoker: Invoker;
  /** The worker's own; spans and measurements of the component go there too. */
  readonly telemetry: HandOver;
}): Promise<LocalCallee> {
  const { host, component, invoker, telemetry } = options;
  const logger = createStderrLogger('component', host.log, {
    fields: { component: component.componentId },
    record: telemetry.log,
  });
  const server = createLocalServer();
  const runtime = await createComponentRuntime({
    data: { ...host, ...component },
    rpc: { invoker, server: async () => server },
    logger,
    telemetry,
    maxWaiting: 0,
  });
  return {
    server,
    logger,
    update({ maxInstances, links, config }) {
      runtime.scale(maxInstances);
      runtime.setLinks(links);
      runtime.setConfig(config);
    },
    close: (graceMs) => runtime.close(graceMs),
  };
}
