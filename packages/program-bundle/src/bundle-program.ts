import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { ProgramBundleError } from './errors.js';
import { loadModulesLate } from './late-modules.js';
import { leanCode } from './lean-code.js';
import { ownFiles } from './own-files.js';
import { packagesFoundAtRun } from './packages-found-at-run.js';

export interface ProgramBundleOptions {
  /** Packages that stay imports: those with native code, and those that are there only if somebody has installed them. */
  readonly external?: readonly string[];
}

/** In `dist`, for all that the program loads besides its first file. */
const partsFolder = 'program';

/**
 * Makes `dist/main.js` of `src/main.ts`, the program of the package in `folder`, and files in `dist/program` of what it imports: its own
 * modules, packages of this repository, from their sources, and those of others. The first file has the code of `main.ts` alone: a process
 * that several providers share evaluates it anew for each of them.
 *
 * @throws ProgramBundleError for an import that leads nowhere, now or where the package will be installed
 */
export async function bundleProgram(
  folder: string,
  { external = [] }: ProgramBundleOptions = {},
): Promise<void> {
  const main = join(folder, 'src/main.ts');
  const imports = new Map<string, readonly string[]>();
  const unresolved: string[] = [];
  await using build = await rolldown({
    input: { main },
    cwd: folder,
    platform: 'node',
    external: [...external],
    resolve: {
      conditionNames: ['development', 'node'],
      extensionAlias: { '.js': ['.ts', '.js'] },
    },
    plugins: [
      ownFiles(partsFolder),
      loadModulesLate(),
      {
        name: 'imports',
        moduleParsed({ id, importedIds }) {
          imports.set(id, importedIds);
        },
      },
    ],
    onLog(_level, log) {
      if (log.code === 'UNRESOLVED_IMPORT') unresolved.push(log.message);
    },
  });
  const dist = join(folder, 'dist');
  await rm(join(dist, partsFolder), { recursive: true, force: true });
  const parts = `${partsFolder}/[name]-[hash]`;
  let loaded: ReadonlySet<string> | undefined;
  const isLoadedByMain = (id: string): boolean => {
    loaded ??= reachedFrom(main, imports);
    return loaded.has(id);
  };
  const { output } = await build.write({
    dir: dist,
    format: 'esm',
    entryFileNames: ({ name }) => (name === 'main' ? 'main.js' : `${parts}.js`),
    chunkFileNames: `${parts}.js`,
    codeSplitting: { groups: [{ name: 'program', test: isLoadedByMain }] },
    comments: { legal: true, annotation: false, jsdoc: false },
    sourcemap: true,
  });
  for (const file of output) {
    if (file.type === 'chunk') await writeFile(join(dist, file.fileName), leanCode(file.code));
  }
  const { dependencies = {} } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    dependencies?: Readonly<Record<string, string>>;
  };
  const undeclared = output
    .flatMap((file) => (file.type === 'chunk' ? packagesFoundAtRun(file.code) : []))
    .filter((name) => dependencies[name] === undefined)
    .map((name) => `${name} is looked for when the program runs, and is no dependency of its package`);
  const problems = [...unresolved, ...undeclared];
  if (problems.length > 0) throw new ProgramBundleError(`${main} can't be bundled:\n${problems.join('\n')}`);
}

/** The modules that a module loads when it is loaded itself, without it. */
function reachedFrom(module: string, imports: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set([module]);
  for (const id of reached) for (const each of imports.get(id) ?? []) reached.add(each);
  reached.delete(module);
  return reached;
}
