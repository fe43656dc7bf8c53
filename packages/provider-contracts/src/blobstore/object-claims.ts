import { err, ok } from '@wasmlattice/rpc';
import { describe, expect } from 'vitest';
import type { Claim } from '../claims.js';
import { type BlobstoreClient, idOf, otherBox, toTheEnd } from './blobstore-fixture.js';
import type { BlobstoreDifference } from './blobstore-setup.js';

const failed = err(expect.any(String));

/** What becomes of objects, in containers that are there; part of `blobstoreContract`. */
export function objectClaims(clientOf: () => BlobstoreClient, claim: Claim<BlobstoreDifference>): void {
  describe('objects', () => {
    claim('are what was written last', async () => {
      const client = clientOf();
      await client.write('a', 'a longer text before');
      await client.write('a', 'hello');
      expect(await client.readText('a')).toBe('hello');
      expect(await client.calls.hasObject(idOf('a'))).toEqual(ok(true));
      expect(await client.calls.getObjectInfo(idOf('a'))).toEqual(
        ok({ createdAt: expect.any(BigInt), size: 5n }),
      );
    });

    claim('may be empty', async () => {
      const client = clientOf();
      await client.write('empty', '');
      expect(await client.calls.getObjectInfo(idOf('empty'))).toMatchObject(ok({ size: 0n }));
      expect(await client.list()).toEqual(['empty']);
    });

    claim(
      'are read to their end when they are empty, too',
      async () => {
        const client = clientOf();
        await client.write('empty', '');
        expect(await client.readText('empty')).toBe('');
      },
      'empty-reads-hang',
    );

    claim('have names with spaces, signs, and letters of any language', async () => {
      const client = clientOf();
      const names = ['a b', 'a+b', 'a%20b', 'a?b=c&d', '日本', '*', '"', '.hidden', 'a:b'];
      for (const name of names) await client.write(name, `in ${name}`);
      expect(await client.list()).toEqual(names.toSorted());
      for (const name of names) expect(await client.readText(name)).toBe(`in ${name}`);
      expect(await client.calls.deleteObjects(idOf('').container, names)).toEqual(ok());
      expect(await client.list()).toEqual([]);
    });

    claim(
      'in folders are listed by their whole names, as long as they are there',
      async () => {
        const client = clientOf();
        const names = ['2026/11/29', '2026/11/30', 'a'];
        for (const name of names) await client.write(name, `in ${name}`);
        expect(await client.readText('2026/11/29')).toBe('in 2026/11/29');
        expect(await client.list()).toEqual(names);
        expect(await client.calls.deleteObject(idOf('2026/11/29'))).toEqual(ok());
        expect(await client.calls.deleteObjects(idOf('').container, ['2026/11/30'])).toEqual(ok());
        expect(await client.list()).toEqual(['a']);
      },
      'folders-listed',
    );

    claim(
      'that are not there are found missing',
      async () => {
        const { calls } = clientOf();
        expect(await calls.hasObject(idOf('none'))).toEqual(ok(false));
      },
      'unlike-missing',
    );

    claim('that are not there are errs for those who need them', async () => {
      const client = clientOf();
      expect(await client.calls.getObjectInfo(idOf('none'))).toEqual(failed);
      expect(await client.calls.getContainerData(idOf('none'), 0n, toTheEnd)).toEqual(failed);
      await client.write('kept', 'as it was');
      expect(await client.calls.copyObject(idOf('none'), idOf('kept'))).toEqual(failed);
      expect(await client.calls.moveObject(idOf('none'), idOf('kept'))).toEqual(failed);
      expect(await client.readText('kept')).toBe('as it was');
    });

    claim('are copied, within their container and to another', async () => {
      const client = clientOf();
      await client.write('a', 'hello');
      await client.write('b', 'before');
      expect(await client.calls.copyObject(idOf('a'), idOf('b'))).toEqual(ok());
      expect(await client.calls.copyObject(idOf('a'), idOf('c', otherBox))).toEqual(ok());
      expect(await client.readText('b')).toBe('hello');
      expect(await client.readText('c', otherBox)).toBe('hello');
      expect(await client.readText('a')).toBe('hello');
      expect(await client.list()).toEqual(['a', 'b']);
    });

    claim(
      'are copied and moved to folders in which nothing is yet',
      async () => {
        const client = clientOf();
        await client.write('a', 'hello');
        expect(await client.calls.copyObject(idOf('a'), idOf('copies/1/a'))).toEqual(ok());
        expect(await client.readText('copies/1/a')).toBe('hello');
        expect(await client.calls.moveObject(idOf('a'), idOf('old/a', otherBox))).toEqual(ok());
        expect(await client.readText('old/a', otherBox)).toBe('hello');
      },
      'no-new-folders',
    );

    claim('are moved, within their container and to another', async () => {
      const client = clientOf();
      await client.write('a', 'hello');
      await client.write('b', 'before');
      expect(await client.calls.moveObject(idOf('a'), idOf('b'))).toEqual(ok());
      expect(await client.list()).toEqual(['b']);
      expect(await client.calls.moveObject(idOf('b'), idOf('c', otherBox))).toEqual(ok());
      expect(await client.list()).toEqual([]);
      expect(await client.readText('c', otherBox)).toBe('hello');
    });

    claim(
      'stay when they are copied or moved onto themselves',
      async () => {
        const client = clientOf();
        await client.write('a', 'hello');
        expect(await client.calls.copyObject(idOf('a'), idOf('a'))).toEqual(ok());
        expect(await client.calls.moveObject(idOf('a'), idOf('a'))).toEqual(ok());
        expect(await client.readText('a')).toBe('hello');
      },
      'lost-onto-itself',
    );

    claim('are gone after they were deleted, one or many', async () => {
      const client = clientOf();
      for (const name of ['a', 'b', 'c', 'd']) await client.write(name, name);
      expect(await client.calls.deleteObject(idOf('a'))).toEqual(ok());
      expect(await client.calls.deleteObjects(idOf('').container, ['b', 'd'])).toEqual(ok());
      expect(await client.calls.deleteObjects(idOf('').container, [])).toEqual(ok());
      expect(await client.list()).toEqual(['c']);
      await client.write('a', 'again');
      expect(await client.readText('a')).toBe('again');
    });

    claim(
      'may be deleted although they are not there',
      async () => {
        const client = clientOf();
        await client.write('a', 'a');
        expect(await client.calls.deleteObject(idOf('none'))).toEqual(ok());
        expect(await client.calls.deleteObjects(idOf('').container, ['none', 'a'])).toEqual(ok());
        expect(await client.list()).toEqual([]);
      },
      'missing-delete-fails',
    );
  });

  describe('lists', () => {
    const names = Array.from({ length: 12 }, (_, index) => `object-${String(index).padStart(2, '0')}`);
    const fill = async (): Promise<void> => {
      await Promise.all(names.map((name) => clientOf().write(name, name)));
    };

    claim('have every name once', async () => {
      await fill();
      expect(await clientOf().list()).toEqual(names);
      expect(await clientOf().list(undefined, undefined, otherBox)).toEqual([]);
    });

    claim(
      'have as many names as asked for, from the place asked for',
      async () => {
        await fill();
        const pages = [];
        for (const offset of [0n, 5n, 10n]) pages.push(await clientOf().list(5n, offset));
        expect(pages.map(({ length }) => length)).toEqual([5, 5, 2]);
        expect(pages.flat().toSorted()).toEqual(names);
        expect(await clientOf().list(0n)).toEqual([]);
        expect(await clientOf().list(undefined, 12n)).toEqual([]);
      },
      'whole-lists',
    );
  });

  describe('ranges', () => {
    const text = 'the quick brown fox';
    const read = async (start: bigint, end: bigint): Promise<string> =>
      (await clientOf().read('a', [start, end])).toString();

    claim(
      'begin with the first byte and end before the last',
      async () => {
        await clientOf().write('a', text);
        expect(await read(4n, 9n)).toBe('quick');
        expect(await read(16n, toTheEnd)).toBe('fox');
        expect(await read(16n, 100n)).toBe('fox');
        expect(await read(0n, 1n)).toBe('t');
        expect(await read(4n, 4n)).toBe('');
      },
      'whole-reads',
    );

    claim('beyond the end are empty', async () => {
      await clientOf().write('a', text);
      await clientOf().write('empty', '');
      const end = BigInt(text.length);
      expect(await read(end, end + 1n)).toBe('');
      expect(await read(1_000n, toTheEnd)).toBe('');
      expect((await clientOf().read('empty', [0n, 10n])).length).toBe(0);
    }, ['whole-reads', 'no-range-past-end']);

    claim(
      'that end before they begin are errs',
      async () => {
        await clientOf().write('a', text);
        expect(await clientOf().calls.getContainerData(idOf('a'), 2n, 1n)).toEqual(failed);
      },
      'whole-reads',
    );
  });
}
