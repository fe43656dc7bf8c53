import { open } from 'node:fs/promises';
import { decodeToken, type Token } from '@wasmlattice/identity';
import {
  type ArchiveEntry,
  type ArchiveSource,
  isGzip,
  readContent,
  readEntries,
} from './archive-entries.js';
import { ArchiveError } from './archive-error.js';
import { archiveHash, checkHash, worldName } from './archive-hashes.js';
import { type ArchiveLimits, defaultArchiveLimits, longestToken } from './archive-limits.js';

/** A provider archive in memory. */
export interface ProviderArchive {
  readonly token: Token<'provider'>;
  /** By target, such as `x86_64-linux`. */
  readonly programs: ReadonlyMap<string, Uint8Array>;
  /** The WIT world, in its binary form. */
  readonly world?: Uint8Array | undefined;
}

/**
 * Reads all of an archive and checks that it holds what its token says. Whether the token itself counts is for
 * `requireValidToken`.
 *
 * @throws ArchiveError; ClaimsError when the token does not decode
 */
export async function readProviderArchive(
  source: ArchiveSource,
  limits: ArchiveLimits = defaultArchiveLimits,
): Promise<ProviderArchive> {
  let token: Token<'provider'> | undefined;
  let world: Uint8Array | undefined;
  const programs = new Map<string, Uint8Array>();
  await readEntries(source, limits.total, async (entry) => {
    switch (entry.stem) {
      case 'claims':
        refuseSecond(token, entry);
        token = await readToken(entry);
        break;
      case 'world':
        refuseSecond(world, entry);
        world = await readContent(entry, limits.world);
        break;
      default:
        refuseSecond(programs.get(entry.stem), entry);
        programs.set(entry.stem, await readContent(entry, limits.program));
    }
    return 'more';
  });
  if (token === undefined || programs.size === 0) throw incomplete();
  for (const [target, program] of programs) checkHash(token, target, archiveHash(program));
  if (world !== undefined) checkHash(token, worldName, archiveHash(world));
  return { token, programs, world };
}

/**
 * The token of an archive, without the rest, which nobody has checked then.
 *
 * @throws ArchiveError; ClaimsError when it does not decode
 */
export async function readArchiveToken(
  source: ArchiveSource,
  limits: ArchiveLimits = defaultArchiveLimits,
): Promise<Token<'provider'>> {
  let token: Token<'provider'> | undefined;
  await readEntries(source, limits.total, async (entry) => {
    if (entry.stem !== 'claims') return 'more';
    token = await readToken(entry);
    return 'enough';
  });
  if (token === undefined) throw incomplete();
  return token;
}

const tarMagic = Buffer.from('ustar');
const tarMagicOffset = 257;

/** Whether a file is an archive rather than a program; its name does not matter. */
export async function isProviderArchive(path: string): Promise<boolean> {
  await using file = await open(path);
  const { bytesRead, buffer } = await file.read(Buffer.alloc(tarMagicOffset + tarMagic.length), 0);
  const head = buffer.subarray(0, bytesRead);
  return isGzip(head) || tarMagic.equals(head.subarray(tarMagicOffset));
}

/** What a reader says when claims or programs are not there: upstream's sentence, and what to do. */
export function incomplete(): ArchiveError {
  return new ArchiveError(
    'incomplete',
    'Not enough files found in provider archive. Is this a complete archive? It needs claims.jwt and a program',
  );
}

/** Which of two files of one name counts would be a matter of chance. */
export function refuseSecond(first: unknown, { path }: ArchiveEntry): void {
  if (first === undefined) return;
  throw new ArchiveError('malformed', `the archive has a second file '${path}'`);
}

async function readToken(entry: ArchiveEntry): Promise<Token<'provider'>> {
  const text = Buffer.from(await readContent(entry, longestToken)).toString('utf8');
  return decodeToken('provider', text.trim());
}
