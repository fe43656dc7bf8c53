import { provide, runProvider } from '@wasmlattice/provider-sdk';
import { createClient, func, t, witInterface } from '@wasmlattice/rpc';

const shapes = witInterface('test:ops/shapes@1.0.0', [
  func(
    'add',
    [
      ['a', t.u32],
      ['b', t.u64],
    ],
    t.u64,
  ),
]);

const presence = witInterface('acme:stuck/presence@0.1.0', [func('is-here', [], t.bool)]);

/** Takes calls and answers none; it says so once the acceptance of a call has left. */
await runProvider('stuck', ({ id, invoker, logger }) => {
  const self = createClient(invoker, { target: id, interface: presence });
  return {
    exports: [
      provide(presence, { isHere: () => true }),
      provide(shapes, {
        async add() {
          // Goes the way of the acceptance, behind it, to the NATS server and back.
          await self.isHere();
          logger.info(`stuck ${process.pid} took a call.`);
          return await new Promise<never>(() => {});
        },
      }),
    ],
  };
});
