import { exactly, type HostInterface, type ServedVersions } from '../../host-interface.js';
import { declared } from '../../served-wit.js';

/** Both interfaces have the same functions, and neither ever fails (docs/spec/wrpc-interfaces.md#8). */
function configInterface(name: string, versions: ServedVersions): HostInterface {
  return {
    ...declared(`${name}@0.2.0-draft`),
    ...versions,
    suspending: [],
    bind: ({ config }) => ({
      get: (key: string): string | undefined => config().get(key),
      getAll: (): [string, string][] => [...config()],
    }),
  };
}

/**
 * `wasi:config`: the component's merged configuration at the time of the call. Upstream sends `store@0.2.0-rc.1` to the
 * lattice, where nobody answers; current toolchains build against it.
 */
export const configInterfaces: readonly HostInterface[] = [
  configInterface('wasi:config/store', exactly('0.2.0-draft', '0.2.0-rc.1')),
  configInterface('wasi:config/runtime', exactly('0.2.0-draft')),
];
