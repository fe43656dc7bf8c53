import { serveInterface } from '@wasmlattice/rpc';
import { keyvalueWatcher } from '@wasmlattice/rpc/interfaces';
import { createNatsServer } from '@wasmlattice/rpc/nats';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { bytes, okOf } from '../answers.js';
import type { Claim } from '../claims.js';
import { clientOf, type KeyvalueClient, linkOf, startLinked, watchLinkOf } from './keyvalue-fixture.js';
import type { KeyvalueDifference, KeyvalueSetup } from './keyvalue-setup.js';

const component = 'watcher';

/** What a component with a watcher is told; part of `keyvalueContract`. */
export function watcherClaims(
  setupOf: () => KeyvalueSetup,
  claim: Claim<KeyvalueDifference>,
  patienceFor: (difference: KeyvalueDifference) => { readonly timeout: number },
): void {
  describe('a component with a watcher', () => {
    let one: KeyvalueClient;
    let told: string[];
    let running: Awaited<ReturnType<typeof startLinked>>;
    let opened: AsyncDisposableStack;

    beforeEach(async () => {
      opened = new AsyncDisposableStack();
      told = [];
      const setup = setupOf();
      const { connection } = setup.harness;
      const server = createNatsServer({ connection, lattice: 'default' });
      opened.defer(() => server.close());
      await serveInterface(server, {
        target: component,
        interface: keyvalueWatcher,
        implementation: {
          async onSet(bucket, key, value) {
            told.push(`set ${key} ${Buffer.from(value).toString()} in ${bucket}`);
            return undefined;
          },
          async onDelete(bucket, key) {
            told.push(`delete ${key} in ${bucket}`);
            return undefined;
          },
        },
      });
      opened.defer(() => setup.harness.stopAll());
      running = await startLinked(setup, [
        linkOf(setup, 'one', 'default', setup.first.config),
        watchLinkOf(setup, component, 'SET@price,DEL@price,SET@stock'),
      ]);
      one = clientOf(setup, 'one');
    });
    afterEach(() => opened.disposeAsync());

    const set = async (key: string, value: string): Promise<void> => {
      okOf(await one.store.set(one.bucket, key, bytes(value)));
    };
    const isTold = async (what: readonly string[]): Promise<void> => {
      await expect.poll(() => told, patienceFor('no-watcher')).toEqual(what);
    };

    claim(
      'is told of the changes that its link names, and of no others',
      async () => {
        await set('unnamed', 'x');
        await set('price', '100');
        await isTold(['set price 100 in 0']);
        okOf(await one.store.delete(one.bucket, 'price'));
        await isTold(['set price 100 in 0', 'delete price in 0']);
        await set('stock', '1');
        await isTold(['set price 100 in 0', 'delete price in 0', 'set stock 1 in 0']);
        okOf(await one.store.delete(one.bucket, 'stock'));
        await set('stock', '2');
        await isTold(['set price 100 in 0', 'delete price in 0', 'set stock 1 in 0', 'set stock 2 in 0']);
      },
      'no-watcher',
    );

    claim(
      'is told of batches as well',
      async () => {
        okOf(await one.batch.setMany(one.bucket, [['price', bytes('7')]]));
        await isTold(['set price 7 in 0']);
        okOf(await one.batch.deleteMany(one.bucket, ['price']));
        await isTold(['set price 7 in 0', 'delete price in 0']);
      },
      'no-watcher',
    );

    claim(
      'is told of counts as well',
      async () => {
        okOf(await one.atomics.increment(one.bucket, 'price', 1n));
        await expect.poll(() => told, patienceFor('no-counts-watched')).toEqual(['set price 1 in 0']);
      },
      'no-counts-watched',
    );

    claim(
      'is told no more once its link is gone',
      async () => {
        await set('price', '1');
        await isTold(['set price 1 in 0']);
        const setup = setupOf();
        await running.provider.deleteLink(watchLinkOf(setup, component, ''));
        // A link that is put after the deletion, and works, shows that the deletion was heard.
        await running.provider.putLink(watchLinkOf(setup, component, 'SET@stock'));
        await expect
          .poll(async () => {
            await set('price', '2');
            await set('stock', '1');
            return told.includes('set stock 1 in 0');
          })
          .toBe(true);
        expect(told.filter((each) => each.startsWith('set price'))).toEqual(['set price 1 in 0']);
      },
      'no-watcher',
    );
  });
}
