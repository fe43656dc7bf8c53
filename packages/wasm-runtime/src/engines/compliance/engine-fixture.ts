import { decodeComponent } from '../../formats/component/index.js';
import type { HostInterface } from '../../host-functions/host-interface.js';
import { linkImports } from '../../linker/linker.js';
import { testContext } from '../../testing/context.js';
import type { ComponentInstance, Engine, HostImports } from '../engine.js';

/** A component compiled by the engine under test. */
export interface CompiledGuest {
  start(options?: {
    readonly imports?: HostImports;
    readonly signal?: AbortSignal;
  }): Promise<ComponentInstance>;
}

/** Compiles a guest that imports nothing, or what `start` is given. */
export async function compileGuest(
  engine: Engine,
  bytes: Uint8Array,
  suspends: (func: string) => boolean = () => false,
): Promise<CompiledGuest> {
  const compiled = await engine.compile(bytes, {
    component: 'guest',
    suspends: (_instance, func) => suspends(func),
  });
  return {
    start: ({ imports = new Map(), signal } = {}) =>
      compiled.instantiate(imports, signal === undefined ? {} : { signal }),
  };
}

/** Compiles a guest and links it to interfaces of the host. */
export async function compileLinked(
  engine: Engine,
  bytes: Uint8Array,
  interfaces: readonly HostInterface[],
): Promise<CompiledGuest> {
  const linkage = linkImports(decodeComponent(bytes), { component: 'guest', interfaces });
  const compiled = await engine.compile(bytes, { component: 'guest', suspends: linkage.suspends });
  return {
    start: ({ imports = linkage.bind(testContext()), signal } = {}) =>
      compiled.instantiate(imports, signal === undefined ? {} : { signal }),
  };
}
