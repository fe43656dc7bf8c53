import { afterEach, beforeEach, describe, expect } from 'vitest';
import type { Claim } from '../claims.js';
import { BlobstoreClient, box, linkOf, startLinked } from './blobstore-fixture.js';
import type { BlobstoreDifference, BlobstoreSetup } from './blobstore-setup.js';

/** Whose store a component has; part of `blobstoreContract`. */
export function linkClaims(
  setupOf: () => BlobstoreSetup,
  claim: Claim<BlobstoreDifference>,
  patience: (difference: BlobstoreDifference) => { readonly timeout: number },
): void {
  describe('links', () => {
    let setup: BlobstoreSetup;
    let one: BlobstoreClient;
    let two: BlobstoreClient;
    let running: Awaited<ReturnType<typeof startLinked>>;

    const links = (): ReturnType<typeof linkOf>[] => [
      linkOf(setup, 'one', 'default', setup.first),
      linkOf(setup, 'two', 'default', setup.second),
    ];

    beforeEach(async () => {
      setup = setupOf();
      running = await startLinked(setup, links());
      one = new BlobstoreClient(setup, 'one');
      two = new BlobstoreClient(setup, 'two');
      for (const client of [one, two]) await client.calls.createContainer(box);
    });
    afterEach(() => setup?.harness.stopAll());

    /** A process with a second link of component `one`, to the store of component `two`, from its start. */
    const startWithOther = async (): Promise<BlobstoreClient> => {
      await setup.harness.stopAll();
      running = await startLinked(setup, [...links(), linkOf(setup, 'one', 'other', setup.second)]);
      return new BlobstoreClient(setup, 'one', 'other');
    };

    const isRefused = ({ calls }: BlobstoreClient): Promise<boolean> =>
      calls.containerExists(box).then(({ tag }) => tag === 'err');

    claim('lead each component to its own store', async () => {
      await one.write('where', 'first');
      await two.write('where', 'second');
      expect(await one.readText('where')).toBe('first');
      expect(await two.readText('where')).toBe('second');
    });

    claim(
      'lead to the store that the component chooses among its links',
      async () => {
        const other = await startWithOther();
        await one.write('where', 'first');
        await other.write('where', 'second');
        expect(await one.readText('where')).toBe('first');
        expect(await two.readText('where')).toBe('second');
      },
      'one-link',
    );

    claim('are needed: a component without one gets an err', async () => {
      expect(await isRefused(new BlobstoreClient(setup, 'nobody'))).toBe(true);
    });

    claim('may be put while the provider runs', async () => {
      await one.write('where', 'first');
      await running.provider.putLink(linkOf(setup, 'late', 'default', setup.first));
      const late = new BlobstoreClient(setup, 'late');
      await expect.poll(() => isRefused(late)).toBe(false);
      expect(await late.readText('where')).toBe('first');
    });

    claim('lead elsewhere once they are put again', async () => {
      await one.write('where', 'first');
      await two.write('where', 'second');
      await running.provider.putLink(linkOf(setup, 'one', 'default', setup.second));
      await expect.poll(() => one.readText('where')).toBe('second');
    });

    claim(
      'end alone: other links of the component stay',
      async () => {
        const other = await startWithOther();
        await running.provider.deleteLink(linkOf(setup, 'one', 'default', {}));
        await expect.poll(() => isRefused(one), patience('delete-all-links')).toBe(true);
        await other.write('where', 'still there');
        expect(await two.readText('where')).toBe('still there');
        expect(await isRefused(one)).toBe(true);
      },
      'delete-all-links',
    );

    claim('find what a process before wrote', async () => {
      await one.write('where', 'kept');
      await setup.harness.stopAll();
      await startLinked(setup, [linkOf(setup, 'one', 'default', setup.first)]);
      expect(await one.readText('where')).toBe('kept');
    });
  });
}
