import { machineTime, type ThreadNotice } from '@wasmlattice/component-host';
import { providerHealthSubject } from '@wasmlattice/provider-host/protocol';
import { ErrorCode, type NatsConnection, NatsError } from 'nats';

export interface ProviderEndsOptions {
  /** The rpc connection. */
  readonly connection: Pick<NatsConnection, 'request'>;
  readonly lattice: string;
  /** Whether it is a built-in provider, which has no process and answers no health request. */
  readonly isBuiltin: (providerId: string) => boolean;
  /** Tells all who call for components. */
  readonly notify: (notice: ThreadNotice) => void;
}

/** Tells those who wait for a provider that its process has ended. */
export interface ProviderEnds {
  /** A process of the provider is gone, of whichever host. */
  tell(providerId: string): void;
  close(): void;
}

/** When it is asked whether anybody serves a provider whose process ended: the NATS server may learn of the end later than who saw it. */
const askAfterMs: readonly number[] = [0, 250, 1_000];

/** Nobody who listens is told at once. */
const answerMs = 200;

/**
 * Calls that the process had accepted fail; of those that it may have got and not accepted, nobody tells, and another process that serves the
 * provider may have them: they fail if no process of the provider listens any more.
 */
export function createProviderEnds(options: ProviderEndsOptions): ProviderEnds {
  const { connection, isBuiltin, lattice, notify } = options;
  const timers = new Set<NodeJS.Timeout>();

  const ask = async (target: string): Promise<void> => {
    const since = machineTime();
    try {
      await connection.request(providerHealthSubject(lattice, target), undefined, { timeout: answerMs });
    } catch (error) {
      if (error instanceof NatsError && error.code === ErrorCode.NoResponders) {
        notify({ kind: 'target-gone', target, since });
      }
    }
  };

  return {
    tell(target) {
      notify({ kind: 'target-ended', target });
      if (isBuiltin(target)) return;
      for (const ms of askAfterMs) {
        const timer = setTimeout(() => {
          timers.delete(timer);
          void ask(target);
        }, ms);
        timers.add(timer.unref());
      }
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
