import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { connect } from 'nats';

/**
 * A provider not of our SDK that does what its config says: with `crashes` it ends as soon as it has served for a moment. It has a helper in its
 * process group; neither watches for the end of the host, and both ignore SIGTERM.
 */
interface HostData {
  readonly provider_key: string;
  readonly lattice_rpc_prefix: string;
  readonly lattice_rpc_url: string;
  readonly config: { readonly crashes?: string };
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
connection.subscribe(`wasmbus.rpc.${data.lattice_rpc_prefix}.${data.provider_key}.health`, {
  async callback(_error, message) {
    message.respond('{"healthy":true}');
    if (data.config.crashes === undefined) return;
    await connection.flush();
    process.stderr.write('unruly has no license\n', () => process.exit(7));
  },
});
