import { exactly, type HostInterface, type InstanceContext } from '../../host-interface.js';
import { declared } from '../../served-wit.js';
import { ResultError } from '../../wasi/io/index.js';
import { CallTargetInterface } from './call-target-interface.js';
import { BusError, RpcErrorResource } from './errors.js';

/** @throws ResultError with upstream's sentence when an interface has no such link; nothing is changed then */
function setLinkName({ links }: InstanceContext, name: string, interfaces: CallTargetInterface[]): void {
  const linkKeys = interfaces.map(({ linkKey }) => linkKey);
  const unlinked = links.setLinkName(name, linkKeys);
  if (unlinked === undefined) return;
  throw new ResultError(`interface \`${unlinked}\` does not have an existing link with name \`${name}\``);
}

const lattice: HostInterface = {
  ...declared('wasmcloud:bus/lattice@2.0.1'),
  accepts: (version) => /^2\.0\.\d+$/.test(version),
  versions: '2.0.x',
  suspending: [],
  bind: (context) => ({
    CallTargetInterface,
    setLinkName: (name: string, interfaces: CallTargetInterface[]) => setLinkName(context, name, interfaces),
  }),
};

/**
 * In this version the function has no result: a name without link is ignored
 * (docs/spec/component-runtime.md#4).
 */
const latticeV1: HostInterface = {
  ...declared('wasmcloud:bus/lattice@1.0.0'),
  ...exactly('1.0.0'),
  suspending: [],
  bind: ({ links }) => ({
    CallTargetInterface,
    setLinkName(name: string, interfaces: CallTargetInterface[]): void {
      links.setLinkName(
        name,
        interfaces.map(({ linkKey }) => linkKey),
      );
    },
  }),
};

const error: HostInterface = {
  ...declared('wasmcloud:bus/error@2.0.1'),
  accepts: (version) => /^2\.0\.[1-9]\d*$/.test(version),
  versions: '2.0.1',
  suspending: [],
  bind: () => ({ Error: BusError }),
};

/** Of `wrpc:rpc` only the errors: raw invocations are an experimental feature of upstream that is not served. */
const rpcError: HostInterface = {
  ...declared('wrpc:rpc/error@0.1.0'),
  ...exactly('0.1.0'),
  suspending: [],
  bind: () => ({ Error: RpcErrorResource }),
};

/** `wasmcloud:bus`: a component's choice between several links of one interface, and errors of calls as values. */
export const busInterfaces: readonly HostInterface[] = [lattice, latticeV1, error, rpcError];

export { RpcErrorResource };
