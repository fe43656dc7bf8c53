/** `import.meta.resolve('name/path')` and `findPackageJSON('name', …)`, which no bundler follows. */
const lookup =
  /\b(?:import\.meta\.resolve|findPackageJSON)\(\s*['"`](@[^/'"`$]+\/[^/'"`$]+|[^@./'"`$][^/'"`$]*)(?=[/'"`])/g;

/** Names of packages that code looks for by itself: an install of the program has to bring them. */
export function packagesFoundAtRun(code: string): string[] {
  return [...new Set([...code.matchAll(lookup)].map(([, name = '']) => name))];
}
