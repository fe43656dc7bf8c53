import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { type ContractOptions, claimsFor } from '../claims.js';
import { BlobstoreClient, box, linkOf, otherBox, startLinked } from './blobstore-fixture.js';
import { type BlobstoreDifference, type BlobstoreSetup, blobstoreDifferences } from './blobstore-setup.js';
import { containerClaims } from './container-claims.js';
import { linkClaims } from './link-claims.js';
import { objectClaims } from './object-claims.js';
import { streamClaims } from './stream-claims.js';

/** Tests of `wrpc:blobstore` (docs/spec/wrpc-interfaces.md#5) and of the links to its provider. */
export function blobstoreContract(
  name: string,
  setUp: () => Promise<BlobstoreSetup>,
  options: ContractOptions<BlobstoreDifference> = {},
): void {
  const { differences = [] } = options;
  const claim = claimsFor(blobstoreDifferences, options);
  /** A claim that will fail need not wait for long. */
  const patience = (difference: BlobstoreDifference): { readonly timeout: number } => ({
    timeout: differences.includes(difference) ? 2_000 : 30_000,
  });

  describe(`${name} keeps the contract of blobstore`, () => {
    let setup: BlobstoreSetup;
    beforeAll(async () => {
      setup = await setUp();
    });
    afterAll(() => setup?.[Symbol.asyncDispose]());
    beforeEach(() => setup.empty());

    describe('one link', () => {
      let one: BlobstoreClient;
      let running: Awaited<ReturnType<typeof startLinked>>;
      beforeAll(async () => {
        running = await startLinked(setup, [linkOf(setup, 'one', 'default', setup.first)]);
        one = new BlobstoreClient(setup, 'one');
      });
      afterAll(() => setup?.harness.stopAll());

      containerClaims(() => one, claim);

      describe('with containers', () => {
        beforeEach(async () => {
          for (const name of [box, otherBox]) await one.calls.createContainer(name);
        });
        objectClaims(() => one, claim);
        streamClaims(
          () => one,
          () => running,
          claim,
        );
      });
    });

    linkClaims(() => setup, claim, patience);
  });
}
