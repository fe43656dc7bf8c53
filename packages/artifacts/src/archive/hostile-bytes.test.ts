import { gunzipSync } from 'node:zlib';
import type { Token } from '@wasmlattice/identity';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readProviderArchive } from './read-archive.js';
import { tinyArchive } from './testing/made-by-wash.js';

const limits = { total: 100_000, program: 10_000, world: 10_000 };

/** Bytes replaced and a part of it left out, said twice or cut off. */
const damaged = (good: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 5 }),
      fc.nat(good.length),
      fc.nat(good.length),
      fc.boolean(),
    )
    .map(([changes, one, other, again]) => {
      const bytes = Uint8Array.from(good);
      for (const [at, value] of changes) bytes[at] = value;
      const [start, end] = [Math.min(one, other), Math.max(one, other)];
      const parts = again
        ? [bytes.subarray(0, end), bytes.subarray(start)]
        : [bytes.subarray(0, start), bytes.subarray(end)];
      return new Uint8Array(Buffer.concat(parts));
    });

const hashOf = ({ claims }: Token<'provider'>, target: string): string | undefined =>
  claims.metadata?.targetHashes?.get(target);

it('an archive of any bytes is what was signed, or is refused with the reason', async () => {
  const { token, programs } = await readProviderArchive([tinyArchive], limits);
  const any = fc.oneof(
    damaged(tinyArchive),
    damaged(new Uint8Array(gunzipSync(tinyArchive))),
    fc.uint8Array({ maxLength: 2_000 }),
  );
  await fc.assert(
    fc.asyncProperty(any, async (bytes) => {
      try {
        const found = await readProviderArchive([bytes], limits);
        // A token may lose its signature, and say something else of what the archive has lost; that is for others to find out.
        for (const [target, program] of found.programs) {
          expect(hashOf(found.token, target)).toBe(hashOf(token, target));
          expect(program).toEqual(programs.get(target));
        }
      } catch (error) {
        expect(['ArchiveError', 'ClaimsError']).toContain((error as Error).name);
      }
    }),
    { numRuns: 2_000 },
  );
});
