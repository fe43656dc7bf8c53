import type { Invoker } from '@wasmlattice/rpc';
import type { Logger } from '@wasmlattice/telemetry';
import type { LinkRow } from '../component-record.js';
import type { ComponentTelemetry } from '../telemetry/component-telemetry.js';
import { createLinkRouter, type LinkRouter } from './link-router.js';
import { UnlinkedLog } from './unlinked-log.js';

/** Where the calls of a thread's components go once a link has named their target. */
export interface CallTransports {
  /** To whoever serves the target in the lattice. */
  readonly lattice: Invoker;
  /** To components of this thread; what it can't serve goes on to the lattice. Absent: every call goes over the lattice. */
  readonly sameHost?: Invoker | undefined;
  /** Into a network, for HTTP requests that no link names a target of. Absent: they need one. */
  readonly httpClient?: Invoker | undefined;
}

/**
 * The way of a call that leaves a component, in this order: its link names the target, a span begins, its time is measured,
 * and it stays in this thread if a component there can serve it, else goes over NATS. HTTP requests without a link go into a network.
 */
export function createOutgoingCalls(options: {
  readonly componentId: string;
  readonly member: string;
  readonly links: readonly LinkRow[];
  readonly telemetry: Pick<ComponentTelemetry, 'invoker'>;
  readonly transports: CallTransports;
  readonly logger: Logger;
}): LinkRouter {
  const { componentId, member, links, telemetry, transports, logger } = options;
  const unlinked = new UnlinkedLog({ componentId, logger });
  return createLinkRouter({
    componentId,
    member,
    links,
    invoker: telemetry.invoker(transports.sameHost ?? transports.lattice),
    httpClient: transports.httpClient && telemetry.invoker(transports.httpClient),
    onUnlinked: (linkKey, error) => unlinked.report(linkKey, error),
  });
}
