import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CreateError } from './errors.js';
import { checkProjectName } from './project-name.js';

/** What can be made, each from the folder of its name in `templates`. */
export const projectKinds = ['component', 'provider'] as const;
export type ProjectKind = (typeof projectKinds)[number];

export interface ProjectOptions {
  readonly kind: ProjectKind;
  readonly name: string;
  /** Where the folder goes. */
  readonly parent: string;
  /** Of our packages that it depends on: they are published together with this one. */
  readonly version: string;
}

const templates = join(import.meta.dirname, '..', 'templates');

/**
 * Makes a folder that builds, tests and runs by itself; resolves to its path. After a failure it is gone again.
 *
 * @throws CreateError for a bad name, or when the folder exists or can't be made
 */
export async function createProject({ kind, name, parent, version }: ProjectOptions): Promise<string> {
  checkProjectName(name);
  const folder = join(parent, name);
  await makeFolder(folder);
  try {
    await copyTemplate(join(templates, kind), folder, { name, version });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return folder;
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      throw new CreateError(`${folder} exists already`, 'choose another name, or remove it', { cause });
    }
    throw new CreateError(
      `the folder ${folder} can't be made: ${code ?? String(cause)}`,
      'go to a folder that you may write to',
      { cause },
    );
  }
}

/** Files as they are, but for `__NAME__` and `__VERSION__` in them; npm would leave a `.gitignore` out, which is `_gitignore` here. */
async function copyTemplate(
  from: string,
  to: string,
  { name, version }: Pick<ProjectOptions, 'name' | 'version'>,
): Promise<void> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const target = join(to, path.slice(from.length)).replace(/_gitignore$/, '.gitignore');
    const text = await readFile(path, 'utf8');
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text.replaceAll('__NAME__', name).replaceAll('__VERSION__', version));
  }
}
