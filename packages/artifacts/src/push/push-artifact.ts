import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { manifestMediaTypes } from '../registry/manifest.js';
import { formatOciReference, OciReferenceError, parseOciReference } from '../registry/oci-reference.js';
import type { RegistryDirectory } from '../registry/registry-directory.js';
import type { Repository } from '../registry/repository.js';
import { sha256Digest } from '../registry/sha256.js';
import type { ArtifactLayout } from './layouts.js';

export interface PushOptions {
  readonly registries: RegistryDirectory;
  /** File whose bytes are the one layer. */
  readonly file: string;
  readonly layout: (layer: { readonly digest: string; readonly size: number }) => ArtifactLayout;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface PushedArtifact {
  /** The reference in full, in lower case. */
  readonly reference: string;
  readonly tag: string | undefined;
  /** Of the manifest. */
  readonly digest: string;
}

/** Pushes a file as an artifact: its blobs where the registry lacks them, the manifest last. @throws OciReferenceError, RegistryError */
export async function pushArtifact(reference: string, options: PushOptions): Promise<PushedArtifact> {
  const parsed = parseOciReference(reference);
  const repository = options.registries.repository(parsed.registry, parsed.repository);
  const layer = await describeFile(options.file);
  const layout = options.layout(layer);
  await putBlob(repository, layer, () => createReadStream(options.file));
  const config = { digest: sha256Digest(layout.config), size: layout.config.byteLength };
  await putBlob(repository, config, () => layout.config);
  // In the order of the alphabet: the digest of the manifest is then that which other tools compute for it.
  const manifest = {
    ...(options.annotations !== undefined && { annotations: sorted(options.annotations) }),
    config: { digest: config.digest, mediaType: layout.configType, size: config.size },
    layers: [{ digest: layer.digest, mediaType: layout.layerType, size: layer.size }],
    ...(layout.hasMediaType && { mediaType: manifestMediaTypes.ociImage }),
    schemaVersion: 2,
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const digest = sha256Digest(bytes);
  if (parsed.digest !== undefined && parsed.digest !== digest) {
    throw new OciReferenceError(
      `'${reference}' names another digest than the artifact gets, which is ${digest}: push it to a tag`,
    );
  }
  await repository.putManifest(parsed.tag ?? digest, bytes, manifestMediaTypes.ociImage);
  return { reference: formatOciReference(parsed), tag: parsed.tag, digest };
}

interface Blob {
  readonly digest: string;
  readonly size: number;
}

async function putBlob(
  repository: Repository,
  blob: Blob,
  body: Parameters<Repository['putBlob']>[2],
): Promise<void> {
  if (await repository.hasBlob(blob.digest)) return;
  await repository.putBlob(blob.digest, blob.size, body);
}

async function describeFile(file: string): Promise<Blob> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return { digest: `sha256:${hash.digest('hex')}`, size: (await stat(file)).size };
}

function sorted(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
