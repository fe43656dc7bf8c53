import { decodeComponent } from '../../formats/component/index.js';
import type { HostInterface, HostMembers } from '../../host-functions/host-interface.js';
import { linkImports } from '../../linker/linker.js';
import { testContext } from '../../testing/context.js';
import { hostImports } from '../../testing/host-import.js';
import type { ComponentInstance, Engine } from '../engine.js';

/** A component compiled by the engine under test. */
export interface CompiledGuest {
  start(options?: {
    /** Instead of those it is linked to. */
    readonly imports?: ReadonlyMap<string, HostMembers>;
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
      compiled.instantiate(hostImports(imports), signal === undefined ? {} : { signal }),
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
    start: ({ imports, signal } = {}) =>
      compiled.instantiate(
        imports === undefined ? linkage.bind(testContext()) : hostImports(imports),
        signal === undefined ? {} : { signal },
      ),
  };
}
