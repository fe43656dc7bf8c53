import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { MissingToolchainError } from './language.js';

/** The version of a package of this workspace. */
export function installedVersion(name: string): string {
  const manifest = findPackageJSON(name, import.meta.url);
  if (manifest === undefined) {
    throw new MissingToolchainError(`${name} is not installed; run \`npm run setup\``);
  }
  const { version }: { version: string } = JSON.parse(readFileSync(manifest, 'utf8'));
  return version;
}
