import { noopLogger } from '@wasmlattice/telemetry';
import type { InstanceContext } from '../host-interface.js';

/** A context in which nothing is configured and no link exists. */
export function testContext(overrides: Partial<InstanceContext> = {}): InstanceContext {
  return {
    componentId: 'guest',
    logger: noopLogger,
    config: () => new Map(),
    links: { invoke: (linkKey) => Promise.reject(new Error(`no link for ${linkKey}`)) },
    signal: new AbortController().signal,
    ...overrides,
  };
}
