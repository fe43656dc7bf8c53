import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createKeyAccess, createTokenAccess, SubjectNameError } from '@wasmlattice/nats-access';
import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { exitCodes } from '../exit-codes.js';
import { addGlobalOptions, readGlobalOptions, usageError } from '../global-options.js';
import { jsonDocument } from '../output/json.js';

/** Nobody but the owner reads a seed. */
const secretMode = 0o600;

export function addAccessCreate(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('create'))
    .description('Write the users of a lattice for a NATS server, and a credentials file for each role')
    .argument('<folder>', 'a folder for them, which must not hold any yet')
    .addOption(
      new Option(
        '--with <way>',
        'tokens: signed JWTs, for all tools of wasmCloud; keys: keys alone, for those of wasmlattice',
      )
        .choices(['tokens', 'keys'])
        .default('tokens'),
    )
    .action(async (folder: string, { with: way }: { readonly with: string }, command: Command) => {
      const { ctlTopicPrefix, lattice, output } = readGlobalOptions(command, io);
      const access = createAccess(way, {
        lattice,
        ...(ctlTopicPrefix !== undefined && { controlPrefix: ctlTopicPrefix }),
      });
      const files = new Map([
        ['accounts.conf', access.serverConfig],
        ...Object.entries(access.credentials).map(([role, text]) => [`${role}.creds`, text] as const),
        ...Object.entries(access.signingSeeds).map(([name, seed]) => [`${name}.seed`, `${seed}\n`] as const),
      ]);
      await writeNew(resolve(io.cwd, folder), folder, files);
      io.out(
        output === 'json'
          ? jsonDocument({ folder, files: [...files.keys()] })
          : `${[...files.keys()].map((file) => `${join(folder, file)}\n`).join('')}`,
      );
    });
}

function createAccess(way: string, options: Parameters<typeof createKeyAccess>[0]) {
  try {
    return way === 'keys' ? createKeyAccess(options) : createTokenAccess(options);
  } catch (error) {
    if (!(error instanceof SubjectNameError)) throw error;
    throw usageError(error.message, 'check --lattice');
  }
}

/** Keys that are in use must not be lost: nothing is written over. */
async function writeNew(path: string, folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    for (const [file, text] of files)
      await writeFile(join(path, file), text, { mode: secretMode, flag: 'wx' });
  } catch (error) {
    const { code, path: failed } = error as NodeJS.ErrnoException;
    throw new CliError(
      code === 'EEXIST'
        ? `\`${failed ?? folder}\` is there already, and is not written over`
        : `the folder \`${folder}\` can't be written: ${code ?? String(error)}`,
      'give another folder',
      { cause: error, exitCode: exitCodes.usage },
    );
  }
}
