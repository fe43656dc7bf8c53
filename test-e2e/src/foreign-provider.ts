import { createInterface } from 'node:readline';
import { xkeyFromSeed } from '@wasmlattice/identity';
import { connect } from 'nats';

/**
 * A provider that keeps links as the SDK of wasmCloud does, one for each peer, and never says what became of it. A link that is put again is
 * ignored, and a deletion takes all that its source has.
 */
interface HostData {
  readonly provider_key: string;
  readonly host_id: string;
  readonly lattice_rpc_prefix: string;
  readonly lattice_rpc_url: string;
  readonly link_definitions: readonly Link[];
  readonly provider_xkey_private_key: string;
}
interface Link {
  readonly source_id: string;
  readonly name: string;
  readonly target_config: Readonly<Record<string, string>>;
}

const line = await new Promise<string>((resolve) =>
  createInterface(process.stdin).once('line', (first: string) => resolve(first)),
);
const data = JSON.parse(Buffer.from(line, 'base64').toString()) as HostData;
/** The name of the last link of each source. */
const last = new Map<string, string>();
const values = new Map<string, string>();

const put = ({ name, source_id: source, target_config: { value = '' } }: Link): void => {
  last.set(source, name);
  values.set(`${source}/${name}`, value);
  const shown = [...values].map(([key, each]) => `${key}=${each}`).sort();
  process.stdout.write(`foreign on ${data.host_id} has ${shown.join(' ')}.\n`);
};

const connection = await connect({ servers: data.lattice_rpc_url });
const root = `wasmbus.rpc.${data.lattice_rpc_prefix}`;
for (const link of data.link_definitions) put(link);
connection.subscribe(`${root}.${xkeyFromSeed(data.provider_xkey_private_key).publicKey}.linkdefs.put`, {
  callback(_error, message) {
    const link = message.json<Link>();
    if (last.get(link.source_id) !== link.name) put(link);
  },
});
connection.subscribe(`${root}.${data.provider_key}.linkdefs.del`, {
  callback(_error, message) {
    const { source_id: source } = message.json<Link>();
    last.delete(source);
    for (const key of [...values.keys()]) if (key.startsWith(`${source}/`)) values.delete(key);
  },
});
connection.subscribe(`${root}.${data.provider_key}.health`, {
  callback: (_error, message) => void message.respond('{"healthy":true}'),
});
connection.subscribe(`${root}.${data.provider_key}.default.shutdown`, {
  async callback(_error, message) {
    if (message.json<HostData>().host_id !== data.host_id) return;
    message.respond('shutting down');
    await connection.drain();
  },
});
