import { err, ok } from '@wasmlattice/rpc';
import { describe, expect } from 'vitest';
import { okOf } from '../answers.js';
import type { Claim } from '../claims.js';
import { type BlobstoreClient, box, idOf } from './blobstore-fixture.js';
import type { BlobstoreDifference } from './blobstore-setup.js';

const failed = err(expect.any(String));

/** What becomes of containers; part of `blobstoreContract`. */
export function containerClaims(clientOf: () => BlobstoreClient, claim: Claim<BlobstoreDifference>): void {
  describe('containers', () => {
    claim('are there from when they are made until they are deleted', async () => {
      const { calls } = clientOf();
      expect(await calls.containerExists(box)).toEqual(ok(false));
      expect(await calls.createContainer(box)).toEqual(ok());
      expect(await calls.containerExists(box)).toEqual(ok(true));
      expect(await calls.getContainerInfo(box)).toEqual(ok({ createdAt: expect.any(BigInt) }));
      expect(await calls.deleteContainer(box)).toEqual(ok());
      expect(await calls.containerExists(box)).toEqual(ok(false));
      expect(await calls.createContainer(box)).toEqual(ok());
    });

    claim('keep their objects when they are made again', async () => {
      const client = clientOf();
      okOf(await client.calls.createContainer(box));
      await client.write('a', 'kept');
      expect(await client.calls.createContainer(box)).toEqual(ok());
      expect(await client.readText('a')).toBe('kept');
    });

    claim(
      'are empty after they were cleared',
      async () => {
        const client = clientOf();
        okOf(await client.calls.createContainer(box));
        for (const name of ['a', 'b/c']) await client.write(name, name);
        expect(await client.calls.clearContainer(box)).toEqual(ok());
        expect(await client.list()).toEqual([]);
        expect(await client.calls.containerExists(box)).toEqual(ok(true));
        expect(await client.calls.clearContainer(box)).toEqual(ok());
      },
      'nothing-cleared',
    );

    claim(
      'are deleted with their objects',
      async () => {
        const client = clientOf();
        okOf(await client.calls.createContainer(box));
        for (const name of ['a', 'b/c']) await client.write(name, name);
        expect(await client.calls.deleteContainer(box)).toEqual(ok());
        expect(await client.calls.containerExists(box)).toEqual(ok(false));
        okOf(await client.calls.createContainer(box));
        expect(await client.list()).toEqual([]);
      },
      'full-containers-stay',
    );

    claim('that are not there are errs, whatever is asked of them', async () => {
      const { calls } = clientOf();
      expect(await calls.getContainerInfo(box)).toEqual(failed);
      expect(await calls.clearContainer(box)).toEqual(failed);
      expect(await calls.deleteContainer(box)).toEqual(failed);
      expect(await calls.listContainerObjects(box, undefined, undefined)).toEqual(failed);
      expect(await calls.getObjectInfo(idOf('a'))).toEqual(failed);
      expect(await calls.getContainerData(idOf('a'), 0n, 1n)).toEqual(failed);
      expect(await calls.copyObject(idOf('a'), idOf('b'))).toEqual(failed);
    });
  });
}
