import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseManifest } from '@wasmlattice/applications';
import { addressesOf, type DevSettings, findWorkload, workloadOf } from './dev-application.js';
import type { DevProject } from './project.js';

/**
 * Where HTTP is going to be served, as far as flags and manifest say: nobody may listen there yet.
 *
 * @throws ManifestError, CliError for a manifest that can't be used
 */
export async function plannedAddresses({
  port,
  project,
}: DevSettings & { readonly project: DevProject }): Promise<string[]> {
  if (port !== undefined) return [`127.0.0.1:${port}`];
  const { manifest: file } = project;
  if (file === undefined) return [];
  const { manifest } = parseManifest(await readFile(file, 'utf8'), file);
  return addressesOf(manifest, findWorkload(manifest, dirname(file), workloadOf(project)));
}
