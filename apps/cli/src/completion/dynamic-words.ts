/** What a lattice knows by name, and `file`, which shells know better. */
export type WordKind = 'host' | 'component' | 'provider' | 'workload' | 'config' | 'secret' | 'file' | 'none';

export const latticeWordKinds = ['host', 'component', 'provider', 'workload', 'config', 'secret'] as const;

export type LatticeWordKind = (typeof latticeWordKinds)[number];

/** By command and name of the argument; by flag for those of `*`. What is not here is taken for a file. */
const kinds: Readonly<Record<string, WordKind>> = {
  '/call id': 'component',
  '/call function': 'none',
  '/call values': 'none',
  '/capture id': 'component',
  '/config/del name': 'config',
  '/config/get name': 'config',
  '/config/put name': 'config',
  '/config/put values': 'none',
  '/get/inventory host': 'host',
  '/label host': 'host',
  '/label labels': 'none',
  '/link/del source': 'workload',
  '/link/del namespace': 'none',
  '/link/del package': 'none',
  '/link/put source': 'workload',
  '/link/put target': 'workload',
  '/link/put namespace': 'none',
  '/link/put package': 'none',
  '/logs id': 'workload',
  '/scale/component id|host|image': 'component',
  '/scale/component image|id': 'component',
  '/scale/component id': 'component',
  '/secrets/del name': 'secret',
  '/secrets/get name': 'secret',
  '/spy id': 'component',
  '/start/component id': 'none',
  '/start/provider id': 'none',
  '/stop/component id': 'component',
  '/stop/host host': 'host',
  '/stop/provider id': 'provider',
  '/update/component id': 'component',
  '/update/provider id': 'provider',
  '* --host-id': 'host',
  '* --target': 'workload',
  '* --config': 'config',
  '* --ctl-creds': 'file',
  '* --ctl-tls-ca-file': 'file',
  '* --lattice': 'none',
  '* --nats-url': 'none',
  '* --ctl-host': 'none',
  '* --ctl-port': 'none',
  '* --ctl-jwt': 'none',
  '* --ctl-seed': 'none',
  '* --ctl-inbox-prefix': 'none',
  '* --ctl-topic-prefix': 'none',
  '* --timeout-ms': 'none',
  '* --max-instances': 'none',
  '* --interval': 'none',
  '* --count': 'none',
  '* --for': 'none',
  '* --mask': 'none',
};

/** @param path of the command, `*` for a flag */
export function wordKindOf(path: string, name: string): WordKind | undefined {
  return Object.hasOwn(kinds, `${path} ${name}`) ? kinds[`${path} ${name}`] : undefined;
}

/** The commands that are named here, for a test that they exist. */
export function namedArguments(): readonly string[] {
  return Object.keys(kinds).filter((key) => key.startsWith('/'));
}
