import { homedir } from 'node:os';
import { join } from 'node:path';
import { findPython, installPythonPackage } from '@wasmlattice/example-gallery';

/** What the figures are about. */
export const wasmtimePackage = { name: 'wasmtime', version: '50.0.1' } as const;

/**
 * A Python with the package `wasmtime`, which is installed into the cache folder unless it is there.
 *
 * @throws MissingToolchainError
 */
export async function providePython(report: (line: string) => void): Promise<string> {
  const { WASMLATTICE_CACHE, XDG_CACHE_HOME } = process.env;
  const cache = WASMLATTICE_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'wasmlattice');
  const toolFolder = join(cache, 'gallery-tools');
  const folder = await installPythonPackage(await findPython(), { ...wasmtimePackage, toolFolder, report });
  return join(folder, 'bin/python');
}
