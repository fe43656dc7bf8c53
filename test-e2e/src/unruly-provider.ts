import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { connect } from 'nats';

/**
 * A provider not of our SDK that does what its config says: with `crashes` it ends as soon as its host has told that it runs. It has a helper in its
 * process group; neither watches for the end of the host, and both ignore SIGTERM.
 */
interface HostData {
  readonly provider_key: string;
  readonly lattice_rpc_prefix: string;
  readonly lattice_rpc_url: string;
  readonly config: { readonly crashes?: string };
}

interface ProviderEvent {
  readonly data: { readonly provider_id?: string; readonly state?: string };
}

process.on('SIGTERM', () => {});
const line = await new Promise<string>((resolve) =>
  createInterface(process.stdin).once('line', (first: string) => resolve(first)),
);
const data = JSON.parse(Buffer.from(line, 'base64').toString()) as HostData;

const stubborn = "process.on('SIGTERM', () => {}); process.stdout.write('up'); setInterval(() => {}, 1000)";
const helper = spawn(process.execPath, ['-e', stubborn], { stdio: ['ignore', 'pipe', 'ignore'] });
await new Promise((resolve) => helper.stdout.once('data', resolve));
process.stdout.write(`unruly runs as ${process.pid} with ${helper.pid}.\n`);

const connection = await connect({ servers: data.lattice_rpc_url });
const { lattice_rpc_prefix: lattice, provider_key: id } = data;
for (const name of ['provider_started', 'provider_state_changed']) {
  connection.subscribe(`wasmbus.evt.${lattice}.${name}`, {
    callback(_error, message) {
      const { provider_id, state = 'running' } = message.json<ProviderEvent>().data;
      if (data.config.crashes === undefined || provider_id !== id || state !== 'running') return;
      process.stderr.write('unruly has no license\n', () => process.exit(7));
    },
  });
}
connection.subscribe(`wasmbus.rpc.${lattice}.${id}.health`, {
  callback: (_error, message) => void message.respond('{"healthy":true}'),
});
