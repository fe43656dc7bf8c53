import type { BrokerMessage } from '@wasmlattice/rpc/interfaces';
import { exactly, type HostInterface } from '../../host-interface.js';
import { declared } from '../../served-wit.js';
import { ResultError } from '../../wasi/io/index.js';
import { createConsumerClient, type Outcome } from './consumer-client.js';
import { messagingInterfacesV3 } from './v3.js';

function unwrap<T>(outcome: Outcome<T>): T {
  if (outcome.tag === 'ok') return outcome.val;
  throw new ResultError(outcome.val.text);
}

/**
 * Served, although calls of it could go out as they are: a request may wait as long as the guest says, and a call that
 * fails is the guest's error instead of a trap.
 */
const consumer: HostInterface = {
  ...declared('wasmcloud:messaging/consumer@0.2.0'),
  ...exactly('0.2.0'),
  suspending: ['publish', 'request'],
  bind(context) {
    const client = createConsumerClient(context);
    return {
      async publish(message: BrokerMessage): Promise<void> {
        unwrap(await client.publish(message));
      },
      async request(subject: string, body: Uint8Array, timeoutMs: number): Promise<BrokerMessage> {
        return unwrap(await client.request(subject, body, timeoutMs));
      },
    };
  },
};

/** `wasmcloud:messaging` 0.2.0 and 0.3.0. */
export const messagingInterfaces: readonly HostInterface[] = [consumer, ...messagingInterfacesV3];
