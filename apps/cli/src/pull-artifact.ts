import { open } from 'node:fs/promises';
import {
  ArtifactCache,
  ArtifactPuller,
  defaultCacheBytes,
  type PulledArtifact,
} from '@wasmlattice/artifacts';
import { CliError } from './cli-error.js';
import type { CliIo } from './cli-io.js';
import { magicBytes, startsLikeComponent } from './component-magic.js';
import { artifactFolder, openRegistries, type RegistryOptions } from './registry-options.js';

/** Brings an artifact into the cache of this user's hosts. @throws CliError when its manifest has another digest than it must */
export async function pullArtifact(
  reference: string,
  options: RegistryOptions & { readonly digest?: string },
  io: CliIo,
): Promise<PulledArtifact> {
  using opened = new DisposableStack();
  const registries = opened.adopt(await openRegistries(options, io, reference), (each) => each.close());
  const puller = new ArtifactPuller({
    registries,
    cache: new ArtifactCache({ folder: artifactFolder(io), maxBytes: defaultCacheBytes }),
    allowLatest: true,
    // Who asks for a tag now wants to know what it stands for now.
    startsOffline: false,
  });
  const pulled = await puller.pull(reference, { kind: 'any' });
  const wanted = options.digest?.toLowerCase().replace(/^(?!sha256:)/, 'sha256:');
  if (wanted !== undefined && wanted !== pulled.digest) {
    throw new CliError(
      `image digest did not match provided digest, aborting: it is ${pulled.digest}`,
      'check the tag, or pull by digest: NAME@sha256:…',
    );
  }
  return pulled;
}

/** Whether the file is WebAssembly. */
export async function isComponent(path: string): Promise<boolean> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(magicBytes), 0);
  return startsLikeComponent(buffer.subarray(0, bytesRead));
}
