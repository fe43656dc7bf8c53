/** What `pnpm pack` and `pnpm publish` change in a package's manifest. */
export const hooks = {
  /**
   * Takes the condition `development` away. It leads to the TypeScript sources, which is right within this repository
   * only: bundlers and test runners set it for everything they load, and Node.js strips no types in `node_modules`.
   */
  beforePacking(manifest) {
    for (const target of Object.values(manifest.exports ?? {})) {
      if (typeof target === 'object') delete target.development;
    }
    return manifest;
  },
};
