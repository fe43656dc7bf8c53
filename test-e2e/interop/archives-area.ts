import { dirname, join } from 'node:path';
import { startRegistry, startWasmcloudHost } from '@wasmlattice/test-support';
import { connect } from 'nats';
import { paths } from '../src/paths.js';
import { eventually } from './eventually.js';
import type { Interop } from './interop.js';
import { startOurHost } from './our-host.js';
import { createWash, type Wash, washSucceeds } from './wash.js';

const area = 'archives';
const lattice = 'lattice-archives';

/** Who packs a provider, and what. */
interface Packing {
  readonly name: string;
  readonly by: Wash;
  readonly arguments: readonly string[];
  /** Of the host that is to start it: one of the other side. */
  readonly hostId: string;
}

/** Archives of `wasmlattice par` on a host of theirs and those of `wash par` on one of ours, from files and from a registry. */
export async function exchangeArchives({ nats, tools, home, report }: Interop): Promise<void> {
  await using registry = await startRegistry();
  const args = ['--allowed-insecure', registry.name];
  await using theirs = await startWasmcloudHost({ program: tools.wasmcloud, nats, lattice, args });
  await using ours = await startOurHost({ nats, args: ['--lattice', lattice, ...args] });
  const connection = await connect({ servers: nats.url });
  await using _closing = { [Symbol.asyncDispose]: () => connection.close() };
  const wash = createWash({ program: tools.wash, nats, lattice, home });
  const wasmlattice = createWash({ program: process.execPath, args: [paths.cli], nats, lattice, home });
  const sources = join(dirname(paths.keyvalueProvider), '..');
  const packings: readonly Packing[] = [
    {
      name: 'a program that `wasmlattice par` packed, on a host of theirs',
      by: wasmlattice,
      arguments: ['--binary', tools.keyvalueNats],
      hostId: theirs.id,
    },
    {
      name: 'a provider in TypeScript that `wasmlattice par` packed, on a host of theirs',
      by: wasmlattice,
      arguments: ['--source', sources],
      hostId: theirs.id,
    },
    {
      name: 'a program that `wash par` packed, on a host of ours',
      by: wash,
      arguments: ['--binary', tools.keyvalueNats],
      hostId: ours.id,
    },
  ];
  for (const [index, packing] of packings.entries()) {
    const { by, hostId, name } = packing;
    const file = join(home, `packed-${index}.par.gz`);
    const image = `${registry.name}/packed-${index}:1.0.0`;
    const starts = async (reference: string, id: string): Promise<void> => {
      await washSucceeds(wash, 'start', 'provider', reference, id, '--host-id', hostId);
      await eventually(() =>
        connection.request(`wasmbus.rpc.${lattice}.${id}.health`, '', { timeout: 2_000 }),
      );
      await washSucceeds(wash, 'stop', 'provider', id, '--host-id', hostId);
    };
    await report.try(area, `${name}, from a file`, async () => {
      const about = [
        '--vendor',
        'interop',
        '--name',
        `packed-${index}`,
        '--version',
        '1.0.0',
        '--revision',
        '1',
      ];
      await washSucceeds(
        by,
        ...['par', 'create', ...about, ...packing.arguments, '--compress', '--destination', file],
      );
      await starts(`file://${file}`, `from-file-${index}`);
    });
    await report.try(area, `${name}, from a registry`, async () => {
      await washSucceeds(by, 'push', image, file, '--insecure');
      await starts(image, `from-registry-${index}`);
    });
  }
}
