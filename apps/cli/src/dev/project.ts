import { readFile, stat } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { usageError } from '../global-options.js';
import { findProviderEntry } from '../provider-program/find-entry.js';
import { shellWords } from './shell-words.js';

interface ProjectBase {
  /** Absolute. */
  readonly folder: string;
  /** A name for the application, where no manifest has one. */
  readonly name: string;
  /** The file that the build for production leaves, or that a provider begins with; absolute. A manifest names it. */
  readonly artifact: string;
  /** The manifest of the folder; absolute. */
  readonly manifest: string | undefined;
}

/** A guest in TypeScript that guest-build makes, again and again in one process. */
export interface GuestProject extends ProjectBase {
  readonly kind: 'guest';
  /** The program of guest-build that the folder has installed. */
  readonly program: string;
  /** What the build script gives that program. */
  readonly arguments: readonly string[];
  /** What the build script does besides, such as checking types. */
  readonly checks: string | undefined;
}

/** A guest in any language, made by a command. */
export interface CommandProject extends ProjectBase {
  readonly kind: 'command';
  readonly command: string;
}

/** A provider in TypeScript or JavaScript; `command` makes what it needs besides its sources. */
export interface ProviderProject extends ProjectBase {
  readonly kind: 'provider';
  readonly command: string | undefined;
}

export type DevProject = GuestProject | CommandProject | ProviderProject;

/** Flags that say what the folder does not. */
export interface ProjectOptions {
  readonly build?: string | undefined;
  readonly artifact?: string | undefined;
  /** From the folder of the caller; absolute. */
  readonly manifest?: string | undefined;
}

const guestBuild = '@wasmlattice/guest-build';
const guestBuildProgram = 'wasmlattice-guest-build';
const providerSdk = '@wasmlattice/provider-sdk';

/** What people try first in a folder of another language, by the file that tells the language. */
const otherLanguages: readonly (readonly [file: string, example: string])[] = [
  [
    'Cargo.toml',
    "--build 'cargo build --release --target wasm32-wasip2' --artifact target/wasm32-wasip2/release/NAME.wasm",
  ],
  ['go.mod', "--build 'tinygo build -target wasip2 -o app.wasm .' --artifact app.wasm"],
  [
    'pyproject.toml',
    "--build 'componentize-py -d wit -w app componentize app -o app.wasm' --artifact app.wasm",
  ],
  ['app.py', "--build 'componentize-py -d wit -w app componentize app -o app.wasm' --artifact app.wasm"],
];

/**
 * Finds out what a folder holds and how it is built.
 *
 * @throws CliError that says what is missing
 */
export async function readProject(folder: string, options: ProjectOptions = {}): Promise<DevProject> {
  if (!(await isFolder(folder))) {
    throw usageError(`there is no folder ${folder}`, 'name the folder of a component or provider');
  }
  const manifest = options.manifest ?? (await firstFile(folder, ['wadm.yaml', 'wadm.yml', 'wadm.json']));
  const description = await readDescription(folder);
  const base = { folder, name: description.name, manifest };
  const build = options.build ?? description.build;
  const artifact = options.artifact ?? description.artifact;
  if (build !== undefined || artifact !== undefined) return commandProject(base, build, artifact);
  if (description.dependencies.has(providerSdk)) {
    const { file } = await findProviderEntry(folder);
    return { ...base, kind: 'provider', artifact: file, command: description.script };
  }
  if (description.script?.includes(guestBuildProgram) === true) return guestProject(base, description.script);
  throw await whatIsMissing(folder, description);
}

type Base = Pick<ProjectBase, 'folder' | 'name' | 'manifest'>;

function commandProject(
  base: Base,
  command: string | undefined,
  artifact: string | undefined,
): CommandProject {
  if (command === undefined || artifact === undefined) {
    const [given, missing] = command === undefined ? ['artifact', 'build'] : ['build', 'artifact'];
    throw usageError(
      `\`${given}\` is given without \`${missing}\``,
      'give the command that builds the component with --build, and the file that it leaves with --artifact',
    );
  }
  return { ...base, kind: 'command', command, artifact: resolve(base.folder, artifact) };
}

async function guestProject(base: Base, script: string): Promise<GuestProject> {
  const { folder } = base;
  const commands = script.split('&&').map((each) => each.trim());
  const index = commands.findIndex((each) => each.startsWith(guestBuildProgram));
  const words = shellWords(commands[index] ?? '').slice(1);
  const entry = words.find((each, at) => !each.startsWith('-') && !isValueOfFlag(words, at));
  if (index === -1 || entry === undefined) {
    throw usageError(
      `the build script of ${folder} calls ${guestBuildProgram} in a way that is not understood: ${script}`,
      `write it as \`${guestBuildProgram} src/NAME.ts\`, other commands behind \`&&\``,
    );
  }
  await assertThere(resolve(folder, entry), 'file', `the build script of package.json begins with it`);
  const wit = resolve(folder, flagValue(words, '--wit') ?? 'wit');
  await assertThere(wit, 'folder', 'it holds the world of the component: one .wit file with a `world`');
  const out = resolve(folder, flagValue(words, '--out') ?? 'dist');
  return {
    ...base,
    kind: 'guest',
    artifact: join(out, basename(entry).replace(/\.[cm]?[jt]s$/, '.wasm')),
    program: await findGuestBuild(folder),
    arguments: words,
    checks: commands.toSpliced(index, 1).join(' && ') || undefined,
  };
}

function isValueOfFlag(words: readonly string[], index: number): boolean {
  const before = words[index - 1];
  return before?.startsWith('-') === true && !before.includes('=');
}

function flagValue(words: readonly string[], flag: string): string | undefined {
  const index = words.findIndex((each) => each === flag || each.startsWith(`${flag}=`));
  return words[index]?.startsWith(`${flag}=`)
    ? words[index].slice(flag.length + 1)
    : words[index + 1 || words.length];
}

async function findGuestBuild(folder: string): Promise<string> {
  const path = installedPackage(guestBuild, folder);
  if (path === undefined) {
    throw usageError(`${guestBuild} is not installed in ${folder}`, 'run `npm install` there first');
  }
  const { bin } = JSON.parse(await readFile(path, 'utf8')) as {
    readonly bin?: Readonly<Record<string, string>>;
  };
  return join(dirname(path), bin?.[guestBuildProgram] ?? '');
}

/** The package.json of a package as modules of the folder find it. */
function installedPackage(name: string, folder: string): string | undefined {
  try {
    return findPackageJSON(name, pathToFileURL(join(folder, 'package.json')));
  } catch {
    return undefined;
  }
}

async function whatIsMissing(folder: string, { hasPackage, script }: Description): Promise<Error> {
  const check = 'in an empty folder, `npm create wasmlattice component NAME` makes one to start from';
  for (const [file, example] of otherLanguages) {
    if (!(await isFile(join(folder, file)))) continue;
    return usageError(
      `${folder} has a ${file}, and nothing says how the component is built`,
      `say it with flags such as ${example}, or in package.json: "wasmlattice": { "build": …, "artifact": … }`,
    );
  }
  if (!hasPackage) return usageError(`${folder} has no package.json`, check);
  if (script === undefined) {
    return usageError(
      `package.json of ${folder} has no build script`,
      `give it one that calls \`${guestBuildProgram} src/NAME.ts\`, or --build and --artifact`,
    );
  }
  return usageError(
    `package.json of ${folder} is neither that of a component nor that of a provider: its build script does not call ${guestBuildProgram}, and it does not depend on ${providerSdk}`,
    'give the command that builds the component with --build, and the file that it leaves with --artifact',
  );
}

interface Description {
  readonly hasPackage: boolean;
  readonly name: string;
  readonly script: string | undefined;
  readonly build: string | undefined;
  readonly artifact: string | undefined;
  readonly dependencies: ReadonlySet<string>;
}

async function readDescription(folder: string): Promise<Description> {
  const path = join(folder, 'package.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  const members = text === undefined ? {} : parseObject(text, path);
  const scripts = memberObject(members, 'scripts');
  const own = memberObject(members, 'wasmlattice');
  const name = textMember(members, 'name')?.replace(/^@[^/]*\//, '') ?? basename(folder);
  return {
    hasPackage: text !== undefined,
    name: name.replace(/[^-_a-zA-Z0-9]/g, '-'),
    script: textMember(scripts, 'build'),
    build: textMember(own, 'build'),
    artifact: textMember(own, 'artifact'),
    dependencies: new Set(
      Object.keys({ ...memberObject(members, 'dependencies'), ...memberObject(members, 'devDependencies') }),
    ),
  };
}

type Members = Readonly<Record<string, unknown>>;

function parseObject(text: string, path: string): Members {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Members;
    throw new SyntaxError('it is no object');
  } catch (error) {
    throw usageError(`\`${path}\` is not JSON: ${String(error)}`, 'correct the file');
  }
}

function memberObject(members: Members, name: string): Members {
  const value = members[name];
  return typeof value === 'object' && value !== null ? (value as Members) : {};
}

function textMember(members: Members, name: string): string | undefined {
  const value = members[name];
  return typeof value === 'string' ? value : undefined;
}

async function assertThere(path: string, kind: 'file' | 'folder', what: string): Promise<void> {
  if (await (kind === 'file' ? isFile : isFolder)(path)) return;
  throw usageError(`there is no ${kind} ${path}`, what);
}

async function firstFile(folder: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) if (await isFile(join(folder, name))) return join(folder, name);
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
