import { join } from 'node:path';
import { bundleGuest, componentizeWithStarlingMonkey, toolVersions } from '@wasmlattice/guest-build';
import { installedVersion } from '../installed-version.js';
import type { Language } from '../language.js';

/** A web framework from npm, bundled with the guest. */
export const javascript: Language = {
  name: 'javascript',
  title: 'JavaScript',
  guests: [{ name: 'app', kinds: ['hello', 'echo', 'counter', 'proxy'] }],
  shared: [],
  recipe: import.meta.filename,
  async findToolchain() {
    return {
      versions: `hono@${installedVersion('hono')}, ${toolVersions()}`,
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
