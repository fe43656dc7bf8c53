import { subscribeEvents } from '@wasmlattice/events';
import type { Logger } from '@wasmlattice/telemetry';
import type { NatsConnection } from 'nats';
import type { ProviderEnds } from './provider-ends.js';

export interface EndsElsewhereOptions {
  /** The control connection. */
  readonly connection: NatsConnection;
  readonly lattice: string;
  readonly hostId: string;
  readonly ends: Pick<ProviderEnds, 'tell'>;
  readonly logger: Logger;
}

/** Events of providers whose process has ended; hosts of wasmCloud tell of those alone that were stopped. */
const endings = ['provider_state_changed', 'provider_stopped'] as const;

/** What became of a provider whose process ended, in its event. */
const endedStates: ReadonlySet<string> = new Set(['restarting', 'crash-loop']);

/** Follows the ends of providers on other hosts, by their events. Without a right to those, calls to them wait for their time. */
export async function followEndsElsewhere(
  options: EndsElsewhereOptions,
): Promise<{ close(): Promise<void> }> {
  const { connection, ends, hostId, lattice, logger } = options;
  try {
    const events = await subscribeEvents({ connection, lattice, names: endings, history: 100 });
    void (async () => {
      for await (const event of events) {
        if (event.name !== 'provider_state_changed' && event.name !== 'provider_stopped') continue;
        if (event.data.hostId === hostId) continue;
        if (event.name === 'provider_state_changed' && !endedStates.has(event.data.state)) continue;
        ends.tell(event.data.providerId);
      }
    })();
    return events;
  } catch (error) {
    logger.warn('calls to a provider of another host that dies will wait for their time', { error });
    return { close: async () => {} };
  }
}
