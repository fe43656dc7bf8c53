import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CliError } from './cli-error.js';
import type { CliIo } from './cli-io.js';

/** Writes a file at once or not at all: the one that was there may be the only copy. */
export async function writeNamedFile(
  io: Pick<CliIo, 'cwd'>,
  file: string,
  bytes: Uint8Array,
  options: { readonly mode?: number } = {},
): Promise<void> {
  const path = resolve(io.cwd, file);
  const draft = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(draft, bytes, options);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw new CliError(
      `the file \`${file}\` can't be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
      'check that its folder is there and that you may write to it',
      { cause: error },
    );
  }
}
