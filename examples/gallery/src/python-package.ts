import { access, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildJob, MissingToolchainError } from './language.js';
import { findTool, runTool } from './run-tool.js';

const oldestPython = [3, 10] as const;

/** @throws MissingToolchainError without a Python that is new enough */
export async function findPython(): Promise<string> {
  const found = await findTool(['python3', 'python'], ['--version']);
  const [, major, minor] = /^Python (\d+)\.(\d+)/.exec(found?.line ?? '') ?? [];
  const isNewEnough =
    Number(major) > oldestPython[0] ||
    (Number(major) === oldestPython[0] && Number(minor) >= oldestPython[1]);
  if (found === undefined || !isNewEnough) {
    throw new MissingToolchainError(
      `Python ${oldestPython.join('.')} or later is not installed${found === undefined ? '' : `, but ${found.line}`}`,
    );
  }
  return found.command;
}

export interface PythonPackage extends Pick<BuildJob, 'toolFolder' | 'report'> {
  /** In PyPI. */
  readonly name: string;
  readonly version: string;
}

/**
 * Installs a package of PyPI into a virtual environment of its own, unless it is there.
 *
 * @param python what {@link findPython} has found
 * @returns the folder of the environment; its Python is `bin/python`
 * @throws MissingToolchainError when it can't be installed
 */
export async function installPythonPackage(
  python: string,
  { name, version, toolFolder, report }: PythonPackage,
): Promise<string> {
  const folder = join(toolFolder, `${name}-${version}`);
  const mark = join(folder, 'installed');
  try {
    await access(mark);
    return folder;
  } catch {
    report(`installing ${name} ${version}`);
  }
  try {
    await runTool(python, ['-m', 'venv', '--clear', folder]);
    const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--quiet'];
    await runTool(join(folder, 'bin/python'), [...pip, `${name}==${version}`]);
    await writeFile(mark, '');
    return folder;
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    throw new MissingToolchainError(`${name} can't be installed: ${messageOf(cause)}`, { cause });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
