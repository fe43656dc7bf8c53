import { readFile, writeFile } from 'node:fs/promises';
import type { ProviderUnderTest } from '@wasmlattice/provider-sdk/testing';
import { err, ok } from '@wasmlattice/rpc';
import { describe, expect } from 'vitest';
import { okOf } from '../answers.js';
import type { Claim } from '../claims.js';
import {
  type BlobstoreClient,
  box,
  checkFiller,
  chunksOf,
  filler,
  idOf,
  toTheEnd,
} from './blobstore-fixture.js';
import type { BlobstoreDifference } from './blobstore-setup.js';

const mebibyte = 2 ** 20;

/** Data that comes and goes in pieces, and what happens when it breaks off; part of `blobstoreContract`. */
export function streamClaims(
  clientOf: () => BlobstoreClient,
  runningOf: () => ProviderUnderTest,
  claim: Claim<BlobstoreDifference>,
): void {
  describe('streams', () => {
    claim(
      'bring every byte to its place, several at a time',
      async () => {
        const client = clientOf();
        const total = 5 * mebibyte + 12_345;
        const names = ['a', 'b', 'c'];
        const written = names.map((name, index) =>
          client.writeStream(name, filler(total, 300 + index * 70_000)),
        );
        expect(await Promise.all(written)).toEqual(names.map(() => ok()));
        const read = names.map(async (name) => checkFiller((await client.open(name))[0]));
        expect(await Promise.all(read)).toEqual(names.map(() => ({ length: total, isIntact: true })));
      },
      'lost-beginnings',
    );

    claim(
      'bring a part of a large object',
      async () => {
        const client = clientOf();
        const total = 5 * mebibyte + 12_345;
        okOf(await client.writeStream('a', filler(total)));
        const range = await client.read('a', [BigInt(total - 100_000), BigInt(total - 10)]);
        expect(range.equals((await client.read('a')).subarray(-100_000, -10))).toBe(true);
      },
      'whole-reads',
    );

    claim('do not pass through the memory of the provider as a whole', async () => {
      const client = clientOf();
      // Far more than what a collector leaves lying about while nothing makes it hurry.
      const total = 256 * mebibyte;
      const peak = await startPeak(runningOf());
      expect(await client.writeStream('large', filler(total, 256 * 1024))).toEqual(ok());
      expect(await checkFiller((await client.open('large'))[0])).toEqual({ length: total, isIntact: true });
      expect(await peak.growth()).toBeLessThan(total);
    }, ['writes-in-memory', 'unpaced-reads', 'unpaced-data']);

    claim(
      'that break off while they are written leave what was',
      async () => {
        const client = clientOf();
        await client.write('kept', 'as it was');
        async function* broken(): AsyncGenerator<Uint8Array> {
          yield* filler(mebibyte);
          throw new Error('the source broke');
        }
        for (const name of ['kept', 'new']) {
          const outcome = await client.writeStream(name, broken()).catch((error: unknown) => error);
          expect(outcome).not.toEqual(ok());
        }
        // A provider that takes what came for the whole may do so after the call has ended.
        for (let look = 0; look < 10; look++) {
          expect(await client.list()).toEqual(['kept']);
          expect(await client.readText('kept')).toBe('as it was');
        }
      },
      'broken-writes-stay',
    );

    claim('end early for a reader that leaves, and the provider goes on', async () => {
      const client = clientOf();
      okOf(await client.writeStream('large', filler(12 * mebibyte)));
      for (let reader = 0; reader < 3; reader++) {
        const [data] = await client.open('large');
        for await (const chunk of data) {
          expect(chunk.length).toBeGreaterThan(0);
          break;
        }
      }
      // Nobody reads them at all.
      await client.open('large');
      await client.calls.listContainerObjects(box, undefined, undefined);
      await client.write('small', 'hello');
      expect(await client.readText('small')).toBe('hello');
    });

    claim(
      'never end well with bytes of two objects, or without some',
      async () => {
        const client = clientOf();
        const total = 12 * mebibyte;
        okOf(await client.writeStream('a', filler(total)));
        const [data, status] = await client.open('a');
        const chunks = data[Symbol.asyncIterator]();
        const first = await chunks.next();
        await client.write('a', 'another object');
        await client.calls.deleteObject(idOf('a'));
        async function* all(): AsyncGenerator<Uint8Array> {
          if (first.done !== true) yield first.value;
          for (let next = await chunks.next(); next.done !== true; next = await chunks.next())
            yield next.value;
        }
        const seen = await checkFiller(all());
        // It breaks off, says so, or has all of the object that it began with.
        if ((await status).tag === 'ok') expect(seen).toEqual({ length: total, isIntact: true });
        expect(seen.isIntact).toBe(true);
      },
      'torn-reads',
    );

    claim('to a container that is not there fail before their data is sent', async () => {
      const { calls } = clientOf();
      const answer = calls.writeContainerData({ container: 'no-such-box', object: 'a' }, chunksOf('hello'));
      expect(await answer).toEqual(err(expect.any(String)));
    }, ['late-writes', 'writes-make-containers']);

    claim(
      'are the same on version 0.1.0',
      async () => {
        const { older } = clientOf();
        expect(await older.writeContainerData(idOf('a'), chunksOf('the quick'))).toEqual(ok());
        const data = okOf(await older.getContainerData(idOf('a'), 4n, toTheEnd));
        expect(Buffer.concat(await Array.fromAsync(data)).toString()).toBe('quick');
        const names = okOf(await older.listContainerObjects(box, undefined, undefined));
        expect((await Array.fromAsync(names)).flat()).toEqual(['a']);
        expect(await older.getContainerData(idOf('none'), 0n, toTheEnd)).toEqual(err(expect.any(String)));
      },
      'new-only',
    );
  });
}

/** The memory of the provider's process from now on, in bytes (Linux). */
async function startPeak({ provider }: ProviderUnderTest): Promise<{ growth(): Promise<number> }> {
  const { state } = provider;
  if (state.tag !== 'running') throw new Error(`the provider is ${state.tag}`);
  const memory = async (field: 'VmRSS' | 'VmHWM'): Promise<number> => {
    const status = await readFile(`/proc/${state.pid}/status`, 'utf8');
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;
  };
  // The peak begins again.
  await writeFile(`/proc/${state.pid}/clear_refs`, '5');
  const before = await memory('VmRSS');
  return { growth: async () => (await memory('VmHWM')) - before };
}
