import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  ArtifactCache,
  ArtifactPuller,
  componentLayout,
  createHttpTransport,
  LoginTable,
  pushArtifact,
  RegistryDirectory,
} from '@wasmlattice/artifacts';
import { createTempDir, startRegistry } from '@wasmlattice/test-support';
import type { Measurement } from '../measurement.js';
import { median } from '../median.js';
import { medianOfRounds } from '../rounds.js';

const artifactBytes = 100_000_000;
const rounds = 5;

export const ociPull: Measurement = {
  name: 'oci-pull',
  unit: 's',
  better: 'lower',
  target: 1.3,
  title: `an artifact of ${artifactBytes / 1e6} MB from a registry of this machine into an empty cache, checked`,
  baseline: 'its blob by node:http from the same registry, hashed as it comes and written to a file',
  async measure() {
    await using registry = await startRegistry();
    await using folder = await createTempDir();
    using opened = new DisposableStack();
    const directory = {
      logins: new LoginTable(),
      transport: createHttpTransport(),
      insecure: [registry.name],
    };
    const registries = opened.adopt(new RegistryDirectory(directory), (each) => each.close());
    const file = join(folder.path, 'artifact');
    await writeFile(file, randomBytes(artifactBytes));
    const reference = `${registry.name}/bench/large:1`;
    let digest = '';
    await pushArtifact(reference, {
      registries,
      file,
      layout: (layer) => {
        digest = layer.digest;
        return componentLayout({ digest, imports: [], exports: [], created: new Date() });
      },
    });
    const blob = { url: `${registry.url}/v2/bench/large/blobs/${digest}`, digest };
    let count = 0;
    const newPath = (): string => {
      count += 1;
      return join(folder.path, `pull-${count}`);
    };
    const unkept: number[] = [];
    const measured = await medianOfRounds(
      rounds,
      () =>
        seconds(async () => {
          const cache = new ArtifactCache({ folder: newPath(), maxBytes: 2 * artifactBytes });
          const puller = new ArtifactPuller({ registries, cache, allowLatest: false });
          const { fetched, size } = await puller.pull(reference, { kind: 'component' });
          if (!fetched || size !== artifactBytes) throw new Error(`${size} bytes came, fetched: ${fetched}`);
        }),
      async () => {
        unkept.push(await seconds(() => download(blob)));
        return seconds(() => download(blob, newPath()));
      },
    );
    return { ...measured, note: `hashed and kept nowhere, the blob takes ${median(unkept).toFixed(2)} s` };
  },
};

async function seconds(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1_000;
}

async function download({ url, digest }: { url: string; digest: string }, file?: string): Promise<void> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, resolve).once('error', reject);
  });
  const hash = createHash('sha256');
  if (file === undefined) {
    for await (const chunk of response as AsyncIterable<Buffer>) hash.update(chunk);
  } else {
    response.on('data', (chunk: Buffer) => hash.update(chunk));
    await pipeline(response, createWriteStream(file));
  }
  if (`sha256:${hash.digest('hex')}` !== digest) throw new Error('the plain download has another digest');
}
