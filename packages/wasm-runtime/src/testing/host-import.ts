import type { HostImport, HostImports } from '../engines/engine.js';
import { DeclaredMembers } from '../host-functions/declared-members.js';
import type { HostMembers } from '../host-functions/host-interface.js';

/** An import that declares whatever it is asked for, for guests that nothing is checked of. */
export function hostImport(members: HostMembers): HostImport {
  return {
    func: (name) =>
      new DeclaredMembers({ functions: [{ name, params: [] }], resources: [] }).bind(members).func(name),
    resource: (name) =>
      new DeclaredMembers({ functions: [], resources: [name] }).bind(members).resource(name),
  };
}

/** Imports of the kind of {@link hostImport}, by their ids. */
export function hostImports(imports: ReadonlyMap<string, HostMembers>): HostImports {
  return new Map([...imports].map(([id, members]) => [id, hostImport(members)]));
}
