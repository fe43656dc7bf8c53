import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import type { WitFunction } from '@wasmlattice/rpc';
import type { ComponentTypes, LoadOptions } from '../engine.js';
import { Generator } from './generator.js';
import { patchOutput } from './patch-output.js';

/** Everything besides the component's bytes that shapes the output; part of the cache key. */
export interface TranspilePlan {
  /** Suspending imports: `wasi:io/poll@0.2.3#poll`, `get` for a world-level function. */
  readonly asyncImports: readonly string[];
  /** All exported functions: each becomes a promising export, so that the guest behind it may be suspended. */
  readonly asyncExports: readonly string[];
  /** Verbatim ids of the imported interfaces. */
  readonly interfaces: readonly string[];
}

/** Generated files by name: {@link scriptFile} and core modules, `component.core.wasm`, …. */
export type TranspiledFiles = ReadonlyMap<string, Uint8Array>;

/** What `patchOutput` made of the generated module. */
export const scriptFile = 'component.js';

/** Decides from the component's own types which imports suspend. */
export function planTranspile(types: ComponentTypes, options: Pick<LoadOptions, 'suspends'>): TranspilePlan {
  const asyncImports: string[] = [];
  for (const { id, functions } of types.imports) {
    for (const { name } of functions) if (options.suspends(id, name)) asyncImports.push(`${id}#${name}`);
  }
  for (const { name } of types.importedFunctions) if (options.suspends('', name)) asyncImports.push(name);
  return {
    asyncImports,
    asyncExports: [
      ...types.exports.flatMap(({ id, functions }) => functions.map(({ name }) => `${id}#${name}`)),
      ...types.exportedFunctions.map(({ name }: WitFunction) => name),
    ],
    interfaces: types.imports.map(({ id }) => id),
  };
}

/**
 * Generates the JavaScript and the core modules of a component. Takes some 0.2 s for a small component and seconds
 * for a large one, and blocks the thread meanwhile.
 *
 * What jco 1.35 (jco-transpile 0.15) does in instantiation mode, found by experiment:
 *
 * * Imports lose their version (`imports['wasi:io/streams']`), so two versions of one interface would meet under one
 *   name. Mapping each id to itself keeps ids apart. Exports keep theirs (`exports['wasi:http/incoming-handler@0.2.3']`).
 * * A world-level import is `imports.name.default`, a world-level export `exports.name`, both in camel case.
 * * An import marked as asynchronous is awaited, also as a method of a resource class.
 * * An exported function throws the `err` of its result, as `ComponentError` when wrapping is on. That tells it from
 *   a value that a host function threw.
 * * Everything is inside `instantiate`: instances share no state. It is synchronous when the core modules are given.
 */
export async function transpile(bytes: Uint8Array, plan: TranspilePlan): Promise<TranspiledFiles> {
  const { files } = await generator.generate(bytes, {
    name: 'component',
    instantiation: { tag: 'async' },
    asyncMode: { tag: 'jspi', val: { imports: [...plan.asyncImports], exports: [...plan.asyncExports] } },
    map: plan.interfaces.map((id) => [id, id]),
    noComponentErrorWrapping: false,
    noTypescript: true,
    noNodejsCompat: true,
    base64Cutoff: 0,
  });
  return new Map(
    files.map(([name, content]) =>
      name.endsWith('.js')
        ? [scriptFile, Buffer.from(patchOutput(Buffer.from(content).toString('utf8')))]
        : [name, content],
    ),
  );
}

/** One for the thread. */
const generator = new Generator();

/** Version of the generator: its output is part of what the cache holds. */
export function transpilerVersion(): string {
  const manifest = findPackageJSON('@bytecodealliance/jco-transpile', import.meta.url);
  if (manifest === undefined)
    throw new Error('the package.json of @bytecodealliance/jco-transpile is not there');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
