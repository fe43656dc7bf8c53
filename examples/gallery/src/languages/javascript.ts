import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { join } from 'node:path';
import { bundleGuest, componentizeWithStarlingMonkey, toolVersions } from '@wasmlattice/guest-build';
import { type Language, MissingToolchainError } from '../language.js';

/** A web framework from npm, bundled with the guest. */
export const javascript: Language = {
  name: 'javascript',
  title: 'JavaScript',
  guests: [{ name: 'app', kinds: ['hello', 'echo', 'counter', 'proxy'] }],
  shared: [],
  recipe: import.meta.filename,
  async findToolchain() {
    return {
      versions: `hono@${versionOf('hono')}, ${toolVersions()}`,
      build: async ({ guest, source, wit }) =>
        await componentizeWithStarlingMonkey({
          name: guest,
          code: await bundleGuest(join(source, `${guest}.js`)),
          wit,
          world: guest,
          without: ['random', 'stdio'],
        }),
    };
  },
};

function versionOf(name: string): string {
  const manifest = findPackageJSON(name, import.meta.url);
  if (manifest === undefined)
    throw new MissingToolchainError(`${name} is not installed; run \`npm run setup\``);
  const { version }: { version: string } = JSON.parse(readFileSync(manifest, 'utf8'));
  return version;
}
