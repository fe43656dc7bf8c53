import { provide, runProvider } from '@wasmlattice/provider-sdk';
import { func, t, witInterface } from '@wasmlattice/rpc';

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

/** Takes calls and answers none. */
await runProvider('stuck', ({ logger }) => ({
  exports: [
    provide(shapes, {
      add() {
        logger.info(`stuck ${process.pid} took a call.`);
        return new Promise<never>(() => {});
      },
    }),
  ],
}));
