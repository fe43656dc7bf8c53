import { WitPackages } from '../formats/wit/index.js';
import type { HostInterface } from '../host-functions/host-interface.js';
import { parseInterfaceId } from '../interface-id.js';

/** Name and table of an interface of a test: `declare('test:host/gate@0.1.0', 'pass: func();')`. */
export function declare(id: string, members: string): Pick<HostInterface, 'name' | 'declared'> {
  const { name, version } = parseInterfaceId(id);
  const [path = '', interfaceName = ''] = name.split('/');
  const text = `package ${path}${version && `@${version}`}; interface ${interfaceName} { ${members} }`;
  const declared = new WitPackages(text).get(id);
  if (declared === undefined) throw new Error(`no interface ${id}`);
  return { name, declared: () => declared };
}
