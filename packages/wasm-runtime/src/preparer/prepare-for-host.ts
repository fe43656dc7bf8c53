import type { Engine, PreparedComponent, PrepareOptions, SuspendingImports } from '../engines/engine.js';
import { listSuspending } from '../engines/suspending-imports.js';
import { decodeComponent } from '../formats/component/index.js';
import { hostInterfaces, unavailableInterfaces } from '../host-functions/wasi/index.js';
import { linkImports } from '../linker/linker.js';

/**
 * Prepares in this thread. Without `suspending` the imports are linked to the host's own interfaces and to the lattice, which says
 * it; what those don't serve shows before anything is compiled.
 *
 * @throws what `Engine.prepare` throws
 * @throws MissingImportError when an import is neither served by the host nor possible over the lattice; not with `suspending`
 */
export async function prepareForHost(
  engine: Engine,
  bytes: Uint8Array,
  options: PrepareOptions,
): Promise<PreparedComponent> {
  const { component, suspending } = options;
  const link = (own: Uint8Array): SuspendingImports => linkToHost(own, component);
  return await engine.prepare(bytes, options, suspending === undefined ? link : undefined);
}

function linkToHost(bytes: Uint8Array, component: string): SuspendingImports {
  const types = decodeComponent(bytes);
  const { suspends } = linkImports(types, {
    component,
    interfaces: hostInterfaces,
    unavailable: unavailableInterfaces,
  });
  return listSuspending(types, suspends);
}
