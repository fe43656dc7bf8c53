import { contentProblems } from './package-content.mjs';

/** What is wrong with each packed package, by its own content, by the others and by publint: `{ name, problems }`. */
export async function packageProblems(packages) {
  const { publint } = await import('publint');
  const { formatMessage } = await import('publint/utils');
  const versions = new Map(packages.map(({ manifest: { name, version } }) => [name, version]));
  return Promise.all(
    packages.map(async ({ manifest, files, archive }) => {
      const tarball = archive.buffer.slice(archive.byteOffset, archive.byteOffset + archive.byteLength);
      const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
      const problems = [
        ...contentProblems(files, manifest),
        ...foreignVersions(manifest, versions),
        ...messages.map((message) => formatMessage(message, pkg, { color: false })),
      ];
      return { name: manifest.name, problems };
    }),
  );
}

/**
 * Dependencies on packages of ours that nobody could install: they are not published, or not in this version.
 * `versions` are those of all that is published, by name.
 */
export function foreignVersions(manifest, versions) {
  return ['dependencies', 'peerDependencies', 'optionalDependencies'].flatMap((field) =>
    Object.entries(manifest[field] ?? {})
      .filter(([name]) => name.startsWith('@wasmlattice/'))
      .flatMap(([name, range]) => {
        const version = versions.get(name);
        if (version === undefined) return [`${field} has ${name}, which is not published`];
        return range === `^${version}` ? [] : [`${field} has ${name}@${range}, published is ${version}`];
      }),
  );
}

/** Prints a line for each package, and its problems below it; tells how many packages have some. */
export function reportProblems(results, write = (text) => process.stdout.write(text)) {
  for (const { name, problems } of results) {
    write(`${problems.length === 0 ? 'ok  ' : 'BAD '} ${name}\n`);
    for (const problem of problems) write(`       ${problem}\n`);
  }
  return results.filter(({ problems }) => problems.length > 0).length;
}
