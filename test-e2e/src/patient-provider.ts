import { provide, runProvider } from '@wasmlattice/provider-sdk';
import { func, t, witInterface } from '@wasmlattice/rpc';

/** A call that lasts as long as its caller wants. */
const patience = witInterface('acme:patience/patience@0.1.0', [
  func('listen', [['said', t.stream(t.u8)]], t.string),
]);

/** Answers a call when its caller has said all: which config its process was started with. A process whose config has `broken` does not start. */
await runProvider('patient', ({ config: { broken, name = 'first' }, logger }) => {
  if (broken !== undefined) throw new Error(broken);
  return {
    exports: [
      provide(patience, {
        async listen(said) {
          logger.info(`patient ${name} listens.`);
          for await (const _ of said as AsyncIterable<unknown>);
          return name;
        },
      }),
    ],
  };
});
