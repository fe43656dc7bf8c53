import { glob } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { runScript, type ScriptOptions, type ScriptResult } from './run-script.js';

/** A folder of scripts, and what it is called in reports. */
export interface Suite {
  readonly name: string;
  readonly folder: string;
  /** Folders in it whose scripts belong to the suite; all of them without. */
  readonly parts?: readonly string[];
}

/** The scripts of a suite by their paths in it, in the order of these. */
export async function listScripts({ folder, parts = ['.'] }: Suite): Promise<readonly string[]> {
  const files: string[] = [];
  for (const part of parts) {
    for await (const file of glob(join(part, '**/*.wast'), { cwd: folder })) files.push(file);
  }
  return files.sort();
}

export interface SuiteOptions extends ScriptOptions {
  /** Scripts run at once. */
  readonly jobs?: number | undefined;
  /** Told of each script when it is done. */
  onScript?(result: ScriptResult): void;
}

/** Runs scripts of a suite; the results come in the order of `files`, which are paths in the suite. */
export async function runSuite(
  { folder }: Suite,
  files: readonly string[],
  { jobs = availableParallelism(), onScript, ...options }: SuiteOptions,
): Promise<readonly ScriptResult[]> {
  const results: ScriptResult[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < files.length) {
      const index = next++;
      const file = files[index] ?? '';
      const result = { ...(await runScript(join(folder, file), options)), file };
      results[index] = result;
      onScript?.(result);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, files.length) }, work));
  return results;
}
