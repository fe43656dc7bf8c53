import { noopLogger } from '@wasmlattice/telemetry';
import type { InstanceContext, LinkInvoker } from '../host-functions/host-interface.js';

/** A context in which nothing is configured and no link exists. */
export function testContext(overrides: Partial<InstanceContext> = {}): InstanceContext {
  return {
    componentId: 'guest',
    logger: noopLogger,
    config: () => new Map(),
    links: testLinks(),
    signal: new AbortController().signal,
    ...overrides,
  };
}

/** Without `invoke` there is no link at all; link names can't be chosen. */
export function testLinks(
  invoke: LinkInvoker['invoke'] = (linkKey) => Promise.reject(new Error(`no link for ${linkKey}`)),
): LinkInvoker {
  return { invoke, setLinkName: (_name, [linkKey]) => linkKey };
}
