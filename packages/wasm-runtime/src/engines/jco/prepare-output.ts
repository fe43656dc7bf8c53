import type { Logger } from '@wasmlattice/telemetry';
import { CompileError, ComponentLimitError } from '../../errors.js';
import { decodeInstantiation, skeletonOf } from '../../formats/component/index.js';
import { limitModule } from '../../formats/core-module/index.js';
import { sha256 } from '../../sha256.js';
import { assertPartsWithinLimits } from '../component-limits.js';
import type { PrepareOptions } from '../engine.js';
import { suspendsAsListed } from '../suspending-imports.js';
import { type CoreModule, webAssembly } from '../web-assembly.js';
import { compileScript } from './compile-script.js';
import { cacheFormat, OutputCache } from './output-cache.js';
import { patchSet, UnexpectedOutputError } from './patch-output.js';
import { engineName, type PreparedOutput, preparedOutputTag } from './prepared-output.js';
import {
  planTranspile,
  scriptFile,
  type TranspiledFiles,
  type TranspilePlan,
  transpile,
  transpilerVersion,
} from './transpile.js';

export interface PrepareOutputContext {
  /** Where generated code is kept; without it the code is generated anew. */
  readonly cacheDir: string | undefined;
  readonly logger: Logger;
}

/**
 * Generates the code of a component, or takes it from the cache, and compiles what of it is WebAssembly.
 *
 * @throws InvalidComponentError, CompileError, ComponentLimitError, UnexpectedOutputError
 */
export async function prepareOutput(
  bytes: Uint8Array,
  options: PrepareOptions,
  context: PrepareOutputContext,
): Promise<PreparedOutput> {
  const { component, suspending = new Map() } = options;
  const instantiation = decodeInstantiation(bytes);
  const plan = planTranspile(instantiation.types, { suspends: suspendsAsListed(suspending) });
  try {
    const { memories } = assertPartsWithinLimits(instantiation, options);
    const files = await generate(bytes, plan, context);
    const script = readScript(files);
    // What is no JavaScript is found here rather than in each thread.
    compileScript(script, component);
    const { coreModules, codeBytes } = await compileCoreModules(files, options);
    return {
      ...preparedOutputTag,
      skeleton: skeletonOf(bytes),
      codeBytes: codeBytes + script.length,
      script,
      coreModules,
      memories,
      asyncImports: plan.asyncImports,
    };
  } catch (error) {
    if (error instanceof UnexpectedOutputError || error instanceof ComponentLimitError) throw error;
    throw new CompileError(component, engineName, error);
  }
}

async function generate(
  bytes: Uint8Array,
  plan: TranspilePlan,
  { cacheDir, logger }: PrepareOutputContext,
): Promise<TranspiledFiles> {
  const cache = cacheDir === undefined ? undefined : new OutputCache(cacheDir, logger);
  const key = cacheKey(bytes, plan);
  const cached = await cache?.load(key).catch((error: unknown) => complain(error, cacheDir, logger));
  if (cached !== undefined) return cached;
  const started = performance.now();
  const files = await transpile(bytes, plan);
  const kept = await cache?.store(key, files).catch((error: unknown) => complain(error, cacheDir, logger));
  logger.info('component transpiled', { ms: Math.round(performance.now() - started), bytes: bytes.length });
  return kept ?? files;
}

/** Folders that this thread has complained about. */
const unusableFolders = new Set<string>();

/** A component runs all the same: the next start generates its code anew. */
function complain(error: unknown, folder = '', logger: Logger): undefined {
  if (unusableFolders.has(folder)) return undefined;
  unusableFolders.add(folder);
  logger.warn('generated code can not be cached on disk: check the cache folder', { folder, error });
  return undefined;
}

/** The plan follows from the content and from what the host serves, so the same bytes may have several entries. */
function cacheKey(bytes: Uint8Array, plan: TranspilePlan): string {
  return sha256(JSON.stringify([cacheFormat, transpilerVersion(), patchSet, plan, sha256(bytes)]));
}

function readScript(files: TranspiledFiles): string {
  const script = files.get(scriptFile);
  if (script === undefined) throw new Error(`there is no ${scriptFile} in what was generated`);
  return Buffer.from(script).toString('utf8');
}

/** The limits go into what is compiled, not into the cache: that is for all limits. */
async function compileCoreModules(
  files: TranspiledFiles,
  options: PrepareOptions,
): Promise<Pick<PreparedOutput, 'coreModules' | 'codeBytes'>> {
  const limited = [...files]
    .filter(([name]) => name.endsWith('.wasm'))
    .map(([name, bytes]) => [name, limitModule(bytes, options)] as const);
  const compiled = limited.map(
    async ([name, bytes]): Promise<[string, CoreModule]> => [name, await webAssembly.compile(bytes)],
  );
  return {
    coreModules: new Map(await Promise.all(compiled)),
    codeBytes: limited.reduce((sum, [, { length }]) => sum + length, 0),
  };
}
