import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  createSigningKey,
  InvalidKeyError,
  type SigningKey,
  type SigningKeyKind,
  signingKeyFromSeed,
} from '@wasmlattice/identity';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { usageError } from '../global-options.js';
import { openKeyFolder } from './key-folder.js';

export interface WantedKey<K extends SigningKeyKind> {
  readonly kind: K;
  /** The flag that names it, for messages. */
  readonly flag: string;
  /** A file with a seed, or the seed itself. */
  readonly given: string | undefined;
  /** The name of its file, without the kind, when none is given. */
  readonly name: string;
  readonly directory: string | undefined;
  /** Whether a new one may be made when there is none. */
  readonly mayGenerate: boolean;
}

/** A key by the rules of `wash`: the one that is given, else `NAME_KIND.nk`, which is made when it is not there. */
export async function findKey<K extends SigningKeyKind>(
  io: CliIo,
  wanted: WantedKey<K>,
): Promise<SigningKey<K>> {
  const { kind, flag, given } = wanted;
  if (given !== undefined) return toKey(kind, await seedOf(io, given), flag);
  const folder = openKeyFolder(io, wanted.directory);
  const name = `${wanted.name}_${kind}`;
  const seed = await folder.read(name);
  if (seed !== undefined) return toKey(kind, seed, `${folder.path}/${name}.nk`);
  if (!wanted.mayGenerate) {
    throw new CliError(
      `there is no key ${name} in ${folder.path}`,
      `give one with ${flag}, or leave out --disable-keygen`,
    );
  }
  const key = createSigningKey(kind);
  io.err(`made a new ${kind} key, ${key.publicKey}, and keep it in ${await folder.save(name, key.seed())}\n`);
  return key;
}

async function seedOf(io: CliIo, given: string): Promise<string> {
  try {
    return (await readFile(resolve(io.cwd, given), 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return given;
    throw usageError(
      `the file of a key can't be read: ${String((error as NodeJS.ErrnoException).code)}`,
      'check the path',
    );
  }
}

/** Never says what the seed is. */
function toKey<K extends SigningKeyKind>(kind: K, seed: string, source: string): SigningKey<K> {
  try {
    return signingKeyFromSeed(kind, seed);
  } catch (error) {
    if (!(error instanceof InvalidKeyError)) throw error;
    throw usageError(
      `${source}: ${error.message}`,
      `make one with \`wasmlattice keys gen ${kind}\`; give a file that holds the seed, or the seed`,
    );
  }
}
