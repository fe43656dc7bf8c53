import { ProviderHarness } from '@wasmlattice/provider-sdk/testing';
import { startNatsServer } from '@wasmlattice/test-support';
import { messagingContract } from '../messaging/messaging-contract.js';
import { upstreamProgram } from './upstream-program.js';

const id = 'messaging';

messagingContract(
  'messaging-nats of wasmCloud',
  async () => {
    const program = upstreamProgram('messaging-nats');
    await using opened = new AsyncDisposableStack();
    const nats = opened.use(await startNatsServer());
    const harness = opened.use(
      await ProviderHarness.connect({ url: nats.url, program, id, isForeign: true }),
    );
    const scope = opened.move();
    const server = { cluster_uris: nats.url };
    return {
      harness,
      id,
      publishConfig: server,
      subscribeConfig: (subscriptions) => ({ ...server, subscriptions }),
      keepConfig: async (subscriptions) => ({ ...server, subscriptions }),
      nextDeadLetter: async () => ({ body: '', reason: '' }),
      [Symbol.asyncDispose]: () => scope.disposeAsync(),
    };
  },
  { differences: ['any-subject', 'no-trace', 'nothing-kept', 'one-link', 'unlinked-break'] },
);
