import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CliError } from './cli-error.js';
import type { CliIo } from './cli-io.js';
import { exitCodes } from './exit-codes.js';

/** The bytes of a file that a command names. */
export async function readNamedFile(io: Pick<CliIo, 'cwd'>, file: string): Promise<Uint8Array> {
  try {
    return await readFile(resolve(io.cwd, file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CliError(
      `the file \`${file}\` can't be read: ${code ?? String(error)}`,
      'check the path, and that it is a file that you may read',
      { cause: error, exitCode: exitCodes.usage },
    );
  }
}
