import type { ApplicationVersion } from '@wasmlattice/applications';
import { closestWord } from '@wasmlattice/provider-host/config-schema';
import { CliError } from '../cli-error.js';
import type { ApplicationReads } from './applications.js';

/** The failure for a name that no application has; a near one is suggested. */
export async function unknownApplication(name: string, reads: ApplicationReads): Promise<CliError> {
  const names = (await reads.list()).map((each) => each.name);
  const meant = closestWord(name, names);
  const there = `the lattice has ${names.length === 0 ? 'none' : names.join(', ')}`;
  return new CliError(
    `there is no application \`${name}\``,
    meant === undefined
      ? `${there}; a file is named with its ending, such as ${name}.yaml`
      : `did you mean \`${meant}\`?`,
  );
}

/** The versions of an application that there must be. */
export async function knownVersions(
  name: string,
  reads: ApplicationReads,
): Promise<readonly ApplicationVersion[]> {
  const versions = await reads.versions(name);
  if (versions === undefined) throw await unknownApplication(name, reads);
  return versions;
}

/** The failure for a version that an application does not have. */
export async function unknownVersion(
  name: string,
  version: string,
  reads: ApplicationReads,
): Promise<CliError> {
  const versions = await reads.versions(name);
  if (versions === undefined) return await unknownApplication(name, reads);
  const known = versions.map((each) => each.version);
  const meant = closestWord(version, known);
  return new CliError(
    `the application \`${name}\` has no version \`${version}\``,
    meant === undefined ? `it has ${known.join(', ')}` : `did you mean \`${meant}\`?`,
  );
}
