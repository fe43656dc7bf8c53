import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { startChild } from '@wasmlattice/test-support';
import { paths } from './paths.js';

/** A folder far from this repository, where packages of ours come from archives as `pnpm pack` makes them. */
export interface PackedFolder {
  readonly path: string;
  /** The file name of the archive of one of them. */
  archiveOf(name: string): string;
  /** Runs a program in a folder of it; gives what it wrote, and fails when it does. */
  run(folder: string, program: string, ...args: readonly string[]): Promise<string>;
}

/** Packs our packages that `names` are, and all that they depend on, and has projects in `path` find them. */
export async function packInto(path: string, names: readonly string[]): Promise<PackedFolder> {
  const run = async (folder: string, program: string, ...args: readonly string[]): Promise<string> => {
    const bin = join(paths.root, 'node_modules', '.bin');
    const env = {
      ...process.env,
      PATH: [dirname(process.execPath), bin, process.env.PATH].join(delimiter),
    };
    await using child = startChild(program, args, env, { cwd: folder });
    const code = await child.exited;
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${child.output()}`);
    return child.output();
  };
  const filters = names.map((name) => `--filter=${name}...`);
  await run(paths.root, 'pnpm', '--recursive', ...filters, 'pack', '--pack-destination', path);
  await writeFile(join(path, 'pnpm-workspace.yaml'), await workspaceOf(path));
  // Versions of others as they are here, not the newest of the day.
  await copyFile(join(paths.root, 'pnpm-lock.yaml'), join(path, 'pnpm-lock.yaml'));
  const files = await readdir(path);
  const archiveOf = (name: string): string => {
    const stem = name.replace('@', '').replace('/', '-');
    const found = files.find(
      (file) => file.startsWith(`${stem}-`) && /^-\d+\.\d+\.\d+\.tgz$/.test(file.slice(stem.length)),
    );
    if (found === undefined) throw new Error(`${path} has no archive of ${name}`);
    return found;
  };
  return { path, archiveOf, run };
}

/** Says where each of our packages is, and what this repository says of install scripts. */
async function workspaceOf(path: string): Promise<string> {
  const ours = (await readdir(path)).flatMap((file) => {
    const [, name] = /^wasmlattice-(.+)-\d+\.\d+\.\d+\.tgz$/.exec(file) ?? [];
    return name === undefined ? [] : [`  '@wasmlattice/${name}': 'file:${join(path, file)}'\n`];
  });
  const here = await readFile(join(paths.root, 'pnpm-workspace.yaml'), 'utf8');
  const section = (key: string): string => new RegExp(`^${key}:\n(  .*\n)+`, 'm').exec(here)?.[0] ?? '';
  return `packages: ['*']\n${section('allowBuilds')}${section('overrides')}${ours.join('')}`;
}
