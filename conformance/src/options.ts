import { parseArgs } from 'node:util';
import type { ScriptTask } from './run/messages.js';
import type { Suite } from './run/run-suite.js';

/** What was asked for can't be done; the message says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Options {
  readonly suites: readonly Suite[];
  readonly engine: ScriptTask['engine'];
  /** Only scripts whose path contains one of these; all without. */
  readonly patterns: readonly string[];
  readonly jobs: number | undefined;
  /** Whether to name the directives that are unsupported, too. */
  readonly isVerbose: boolean;
  /** Whether to put the tables into the document. */
  readonly writes: boolean;
}

/** Variables that name the folders of the suites, which are no part of this repository. */
export const componentModelVariable = 'WASMLATTICE_COMPONENT_MODEL_TESTS';
export const wasmtimeVariable = 'WASMLATTICE_WASMTIME_TESTS';

/** @throws UsageError */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  const { values, positionals } = parseOrThrow(args);
  const { engine } = values;
  if (engine !== 'direct' && engine !== 'jco') {
    throw new UsageError(`--engine ${engine}: there are direct and jco`);
  }
  const jobs = values.jobs === undefined ? undefined : Number(values.jobs);
  if (jobs !== undefined && !(Number.isSafeInteger(jobs) && jobs > 0)) {
    throw new UsageError(`--jobs ${values.jobs}: expected a number of scripts`);
  }
  const suites = listSuites(env);
  if (suites.length === 0) {
    throw new UsageError(
      `set ${componentModelVariable} to the folder test/ of a clone of WebAssembly/component-model, ` +
        `${wasmtimeVariable} to tests/misc_testsuite/ of one of bytecodealliance/wasmtime, or both`,
    );
  }
  if (values.write && positionals.length > 0) {
    throw new UsageError('--write takes all scripts: leave the patterns out');
  }
  return { suites, engine, patterns: positionals, jobs, isVerbose: values.verbose, writes: values.write };
}

function parseOrThrow(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        engine: { type: 'string', default: 'direct' },
        jobs: { type: 'string' },
        verbose: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function listSuites(env: NodeJS.ProcessEnv): readonly Suite[] {
  const { [componentModelVariable]: componentModel, [wasmtimeVariable]: wasmtime } = env;
  const suites: Suite[] = [];
  if (componentModel) suites.push({ name: 'WebAssembly/component-model', folder: componentModel });
  if (wasmtime) {
    const parts = ['component-model', 'component-model-threading'];
    suites.push({ name: 'bytecodealliance/wasmtime', folder: wasmtime, parts });
  }
  return suites;
}
