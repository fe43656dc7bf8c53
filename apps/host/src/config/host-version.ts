import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/**
 * Version of the host program, a semantic version: schedulers parse the `version` of heartbeats as one. That of the nearest
 * `package.json`: of this package, or of a program that holds this code. All packages of ours have one version.
 */
export const hostVersion: string = versionIn(findPackageJSON(import.meta.url));

function versionIn(path: string | undefined): string {
  if (path === undefined) throw new Error(`no package.json above ${import.meta.url} says the version`);
  const { version }: { readonly version: string } = JSON.parse(readFileSync(path, 'utf8'));
  return version;
}
