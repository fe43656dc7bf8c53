import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, registryUser } from '@wasmlattice/test-support';
import { ArtifactCache } from '../cache/artifact-cache.js';
import { ArtifactPuller, type ArtifactPullerOptions } from '../pull/artifact-puller.js';
import { componentLayout } from '../push/layouts.js';
import { type PushedArtifact, pushArtifact } from '../push/push-artifact.js';
import { LoginTable } from '../registry/credentials.js';
import { createHttpTransport, type HttpTransportOptions } from '../registry/http-transport.js';
import { RegistryDirectory, type RegistryDirectoryOptions } from '../registry/registry-directory.js';

export interface FixtureOptions {
  readonly insecure?: RegistryDirectoryOptions['insecure'];
  readonly mirrors?: RegistryDirectoryOptions['mirrors'];
  readonly transport?: HttpTransportOptions;
  readonly cacheBytes?: number;
  /** A cache that another has, too. */
  readonly cacheFolder?: string;
  readonly puller?: Partial<ArtifactPullerOptions>;
}

/** A client with a cache of its own in a temporary folder. */
export interface RegistryFixture extends AsyncDisposable {
  readonly folder: string;
  readonly logins: LoginTable;
  readonly registries: RegistryDirectory;
  readonly cache: ArtifactCache;
  readonly puller: ArtifactPuller;
  /** Signs in as the one user of a test registry. */
  signIn(registry: string): void;
  /** Pushes bytes as a component. */
  push(reference: string, bytes: Uint8Array): Promise<PushedArtifact>;
}

export async function createRegistryFixture(options: FixtureOptions = {}): Promise<RegistryFixture> {
  const dir = await createTempDir();
  const logins = new LoginTable();
  const registries = new RegistryDirectory({
    logins,
    transport: createHttpTransport(options.transport),
    insecure: options.insecure ?? true,
    ...(options.mirrors !== undefined && { mirrors: options.mirrors }),
  });
  const cache = new ArtifactCache({
    folder: options.cacheFolder ?? join(dir.path, 'cache'),
    maxBytes: options.cacheBytes ?? 1 << 30,
  });
  return {
    folder: dir.path,
    logins,
    registries,
    cache,
    puller: new ArtifactPuller({ registries, cache, allowLatest: false, ...options.puller }),
    signIn: (registry) => logins.put(registry, { kind: 'basic', ...registryUser }),
    async push(reference, bytes) {
      const file = join(dir.path, `pushed-${randomBytes(4).toString('hex')}`);
      await writeFile(file, bytes);
      return pushArtifact(reference, {
        registries,
        file,
        layout: ({ digest }) => componentLayout({ digest, imports: [], exports: [], created: new Date(0) }),
      });
    },
    async [Symbol.asyncDispose]() {
      registries.close();
      await dir[Symbol.asyncDispose]();
    },
  };
}
