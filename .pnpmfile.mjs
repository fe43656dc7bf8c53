import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';

const root = import.meta.dirname;

/** What `pnpm pack` and `pnpm publish` change in a package's manifest. */
export const hooks = {
  beforePacking(manifest, folder) {
    dropDevelopment(manifest);
    const repository = repositoryOf(folder);
    return repository === undefined ? manifest : { ...manifest, repository };
  },
};

/**
 * Takes the condition `development` away. It leads to the TypeScript sources, which is right within this repository
 * only: bundlers and test runners set it for everything they load, and Node.js strips no types in `node_modules`.
 */
function dropDevelopment(manifest) {
  for (const target of Object.values(manifest.exports ?? {})) {
    if (typeof target === 'object') delete target.development;
  }
}

/** Where the package's sources are, if the manifest of the root says so: the address stands once, there. */
function repositoryOf(folder) {
  const { repository } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
  return repository && { ...repository, directory: relative(root, folder).split(sep).join('/') };
}
