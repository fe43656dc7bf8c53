import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** Version of this program, by the nearest `package.json`. */
export const cliVersion: string = versionIn(findPackageJSON(import.meta.url));

function versionIn(path: string | undefined): string {
  if (path === undefined) throw new Error(`no package.json above ${import.meta.url} says the version`);
  const { version }: { readonly version: string } = JSON.parse(readFileSync(path, 'utf8'));
  return version;
}
