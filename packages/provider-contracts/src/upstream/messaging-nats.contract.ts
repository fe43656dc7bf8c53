import { messagingContract } from '../messaging/messaging-contract.js';
import { providerAtHand } from '../provider-at-hand.js';
import { upstreamDifferences } from './upstream-differences.js';
import { upstreamProgram } from './upstream-program.js';

messagingContract(
  'messaging-nats of wasmCloud',
  () =>
    providerAtHand(
      'messaging',
      { program: upstreamProgram('messaging-nats'), isForeign: true },
      async ({ nats }) => {
        const server = { cluster_uris: nats.url };
        return {
          publishConfig: server,
          subscribeConfig: (subscriptions) => ({ ...server, subscriptions }),
          keepConfig: async (subscriptions) => ({ ...server, subscriptions }),
          nextDeadLetter: async () => ({ body: '', reason: '' }),
        };
      },
    ),
  { ...upstreamDifferences['messaging-nats'], isForeign: true },
);
