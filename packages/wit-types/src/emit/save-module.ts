import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WitError } from '../errors.js';

/**
 * Writes a module, and the folders above it that are not there.
 *
 * @throws WitError that names the file
 */
export async function saveModule(file: string, module: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, module);
  } catch (cause) {
    throw new WitError(`cannot write ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
