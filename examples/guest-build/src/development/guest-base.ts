import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ComponentSource, componentizeWith, evaluationProgram } from '../componentize.js';
import { keptFiles } from '../evaluation/kept-files.js';

/** What components of one world have in common: all but the memory in which their script was evaluated. */
export interface GuestBase {
  /** StarlingMonkey with the functions of the world, a core module, before any script was evaluated. */
  readonly engine: Uint8Array;
  /** The script that binds the world, which the engine evaluates before that of the guest. */
  readonly initializer: string;
  /** What the engine is told of the world. */
  readonly environment: Readonly<Record<string, string>>;
  /** A component of the world. */
  readonly component: Uint8Array;
}

const files = { ...keptFiles, component: 'component.wasm' } as const;

/** Builds `source` as for production, and keeps the engine on the way. Takes as long as that. */
export async function makeGuestBase(source: ComponentSource): Promise<GuestBase> {
  const folder = await mkdtemp(join(tmpdir(), 'wasmlattice-base-'));
  try {
    const component = await componentizeWith(source, evaluationProgram('--keep', folder));
    await writeFile(join(folder, files.component), component);
    return await readBase(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The base in a folder of the cache; `undefined` where there is none. */
export async function loadGuestBase(folder: string): Promise<GuestBase | undefined> {
  try {
    return await readBase(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes the folder as a whole: who looks for it meanwhile finds none. */
export async function storeGuestBase(folder: string, base: GuestBase): Promise<void> {
  const draft = `${folder}.${randomUUID()}.tmp`;
  try {
    await mkdir(draft, { recursive: true });
    const environment = Object.entries(base.environment).map(([name, value]) => `${name}=${value}\n`);
    await Promise.all([
      writeFile(join(draft, files.engine), base.engine),
      writeFile(join(draft, files.initializer), base.initializer),
      writeFile(join(draft, files.environment), environment.join('')),
      writeFile(join(draft, files.component), base.component),
    ]);
    await mkdir(dirname(folder), { recursive: true });
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another process was faster.
    if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

async function readBase(folder: string): Promise<GuestBase> {
  const [engine, initializer, environment, component] = await Promise.all([
    readFile(join(folder, files.engine)),
    readFile(join(folder, files.initializer), 'utf8'),
    readFile(join(folder, files.environment), 'utf8'),
    readFile(join(folder, files.component)),
  ]);
  return { engine, initializer, environment: readEnvironment(environment), component };
}

function readEnvironment(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}
