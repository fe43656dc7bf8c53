import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { CompileError, ComponentLimitError } from '../../errors.js';
import { decodeInstantiation } from '../../formats/component/index.js';
import { limitModule } from '../../formats/core-module/index.js';
import { assertPartsWithinLimits } from '../component-limits.js';
import type { CompiledComponent, CompileOptions, Engine } from '../engine.js';
import { assertPlatform } from '../unsupported-platform-error.js';
import { type CoreModule, webAssembly } from '../web-assembly.js';
import { type GeneratedModule, instantiateGenerated } from './jco-instance.js';
import { type CacheEntry, cacheFormat, OutputCache, sha256 } from './output-cache.js';
import { patchSet, UnexpectedOutputError } from './patch-output.js';
import { moduleFile, planTranspile, type TranspilePlan, transpile, transpilerVersion } from './transpile.js';

export interface JcoEngineOptions {
  /**
   * Where generated code is kept for the next start, shared by all processes of the same user. Code from there is
   * executed: nobody else may write to it. Without it the code is generated anew each time.
   */
  readonly cacheDir?: string;
  readonly logger?: Logger;
}

const engineName = 'jco';

/**
 * The engine that runs every component: jco generates JavaScript for it, once for each content.
 *
 * @throws UnsupportedPlatformError before Node.js 26
 */
export function createJcoEngine(options: JcoEngineOptions = {}): Engine {
  assertPlatform();
  const logger = options.logger ?? noopLogger;
  return {
    name: engineName,
    compile: (bytes, compileOptions) => compile(bytes, compileOptions, options.cacheDir, logger),
  };
}

async function compile(
  bytes: Uint8Array,
  options: CompileOptions,
  cacheDir: string | undefined,
  logger: Logger,
): Promise<CompiledComponent> {
  const { component } = options;
  const instantiation = decodeInstantiation(bytes);
  const { types } = instantiation;
  const plan = planTranspile(types, options);
  const directory = cacheDir ?? (await mkdtemp(join(tmpdir(), 'wasmlattice-jco-')));
  try {
    assertPartsWithinLimits(instantiation, options);
    const cache = new OutputCache(directory, logger);
    const entry = await generate(cache, bytes, plan, logger.with({ component }));
    const parts = {
      component,
      types,
      generated: await importGenerated(entry),
      coreModules: await compileCoreModules(entry, options),
      console: createConsole(logger.with({ component })),
    };
    return {
      types,
      instantiate: (imports, { signal } = {}) => instantiateGenerated(parts, imports, signal),
    };
  } catch (error) {
    if (error instanceof UnexpectedOutputError || error instanceof ComponentLimitError) throw error;
    throw new CompileError(component, engineName, error);
  } finally {
    if (cacheDir === undefined) await rm(directory, { recursive: true, force: true });
  }
}

async function generate(
  cache: OutputCache,
  bytes: Uint8Array,
  plan: TranspilePlan,
  logger: Logger,
): Promise<CacheEntry> {
  const key = cacheKey(bytes, plan);
  const cached = await cache.load(key);
  if (cached) return cached;
  const started = performance.now();
  const entry = await cache.store(key, await transpile(bytes, plan));
  logger.info('component transpiled', { ms: Math.round(performance.now() - started), bytes: bytes.length });
  return entry;
}

/** The plan follows from the content and from what the host serves, so the same bytes may have several entries. */
function cacheKey(bytes: Uint8Array, plan: TranspilePlan): string {
  return sha256(JSON.stringify([cacheFormat, transpilerVersion(), patchSet, plan, sha256(bytes)]));
}

async function importGenerated({ directory }: CacheEntry): Promise<GeneratedModule> {
  const url = pathToFileURL(join(directory, moduleFile)).href;
  return (await import(/* @vite-ignore */ url)) as GeneratedModule;
}

/** The limits go into what is compiled, not into the cache: that is for all limits. */
async function compileCoreModules(
  { files }: CacheEntry,
  options: CompileOptions,
): Promise<ReadonlyMap<string, CoreModule>> {
  const modules = [...files].filter(([name]) => name.endsWith('.wasm'));
  return new Map(
    await Promise.all(
      modules.map(
        async ([name, bytes]) => [name, await webAssembly.compile(limitModule(bytes, options))] as const,
      ),
    ),
  );
}

/** What the generated code complains about is for us, not for the process's streams. */
function createConsole(logger: Logger): object {
  const write = (...args: readonly unknown[]): void => logger.debug(args.map(String).join(' '));
  return { log: write, debug: write, info: write, warn: write, error: write };
}
