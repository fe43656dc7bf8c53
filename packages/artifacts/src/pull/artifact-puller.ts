import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { ArtifactCache } from '../cache/artifact-cache.js';
import { withFileLock } from '../file-lock.js';
import {
  chooseManifest,
  type Descriptor,
  type ImageManifest,
  ManifestError,
  manifestMediaTypes,
  parseManifest,
} from '../registry/manifest.js';
import { type ArtifactKind, acceptedLayerTypes } from '../registry/media-types.js';
import { formatOciReference, type OciReference, parseOciReference } from '../registry/oci-reference.js';
import type { RegistryDirectory } from '../registry/registry-directory.js';
import { isRegistryError, RegistryError } from '../registry/registry-error.js';
import type { FetchedManifest, Repository } from '../registry/repository.js';
import { downloadBlob } from './download-blob.js';
import type { PulledArtifact, PullProgress } from './pulled-artifact.js';

export interface ArtifactPullerOptions {
  readonly registries: RegistryDirectory;
  readonly cache: ArtifactCache;
  /** Whether references whose tag is written as `latest` may be pulled. */
  readonly allowLatest: boolean;
  /** Whether what a tag stood for before will do while its registry is down; it does by default. */
  readonly startsOffline?: boolean;
  /** Called as bytes arrive. */
  readonly onProgress?: (progress: PullProgress) => void;
}

export interface PullOptions {
  readonly kind: ArtifactKind;
  /** A larger one is refused before any byte of it is fetched, in bytes. */
  readonly maxBytes?: number;
}

/** A manifest, and who may have the rest: who gave it first, the registry itself last. */
interface Resolved {
  readonly sources: Sources;
  readonly manifest: FetchedManifest;
  readonly offline?: Error | undefined;
}

/**
 * Brings artifacts of registries into the cache. Pulls of the same artifact at the same time are one; with a registry that is down, what a tag stood for
 * when it was last pulled is good enough.
 */
export class ArtifactPuller {
  readonly #options: ArtifactPullerOptions;
  readonly #running = new Map<string, Promise<PulledArtifact>>();
  readonly #closing = new AbortController();

  constructor(options: ArtifactPullerOptions) {
    this.#options = options;
  }

  /** @throws OciReferenceError, RegistryError, ArtifactCacheError */
  async pull(
    reference: string,
    { kind, maxBytes = Number.POSITIVE_INFINITY }: PullOptions,
  ): Promise<PulledArtifact> {
    const parsed = parseOciReference(reference);
    const full = formatOciReference(parsed);
    if (reference.toLowerCase().endsWith(':latest') && !this.#options.allowLatest) {
      const message = `the image '${full}' has the tag 'latest', which stands for another one tomorrow: name a version, or permit it with --allow-latest`;
      throw new RegistryError(message, { code: 'prohibited', registry: parsed.registry });
    }
    const key = `${kind} ${maxBytes} ${full}`;
    let running = this.#running.get(key);
    if (running === undefined) {
      running = this.#pull(parsed, full, kind, maxBytes)
        .catch((error: unknown) => {
          throw this.#closing.signal.aborted ? givenUp(full, parsed.registry, error) : error;
        })
        .finally(() => this.#running.delete(key));
      this.#running.set(key, running);
    }
    return running;
  }

  /** Gives up what runs; those who wait for it are told so. The registries are closed, too. */
  close(): void {
    this.#closing.abort();
    this.#options.registries.close();
  }

  async #pull(
    parsed: OciReference,
    full: string,
    kind: ArtifactKind,
    maxBytes: number,
  ): Promise<PulledArtifact> {
    const { sources, manifest, offline } = await this.#resolve(parsed, full);
    const image = await this.#image(sources, manifest, full);
    const layers = contentLayers(image, kind, full, parsed.registry);
    const size = layers.reduce((sum, layer) => sum + layer.size, 0);
    if (size > maxBytes) {
      throw new RegistryError(
        `the artifact '${full}' has ${size} bytes, more than the ${maxBytes} that are permitted: check what was pushed there`,
        { code: 'too-large', registry: parsed.registry },
      );
    }
    const fetched = await this.#fetchLayers(sources, layers, full, size);
    const path =
      layers.length === 1 ? this.#options.cache.blobPath(layers[0].digest) : await this.#join(layers);
    return {
      reference: full,
      digest: manifest.digest,
      pinned: formatOciReference({ ...parsed, digest: manifest.digest }),
      path,
      size,
      mediaType: layers[0].mediaType,
      fetched,
      offline,
    };
  }

  /** What the reference stands for: by its digest from the cache, else from a mirror or the registry, else as it was. */
  async #resolve(parsed: OciReference, full: string): Promise<Resolved> {
    const { cache, registries } = this.#options;
    const all = registries
      .sources(parsed.registry)
      .map((source) => registries.repository(source, parsed.repository));
    if (parsed.digest !== undefined) {
      const bytes = await cache.getBytes(parsed.digest);
      if (bytes !== undefined) {
        return { sources: all, manifest: { digest: parsed.digest, bytes, contentType: undefined } };
      }
    }
    try {
      const { answer: manifest, sources } = await firstThatAnswers(all, (repository) =>
        repository.manifest(parsed.digest ?? parsed.tag ?? 'latest'),
      );
      await cache.putBytes(manifest.digest, manifest.bytes);
      if (parsed.digest === undefined) {
        await cache.putTag(full, { digest: manifest.digest, contentType: manifest.contentType });
      }
      return { sources, manifest };
    } catch (error) {
      if (!isPassing(error) || this.#options.startsOffline === false) throw error;
      const tag = await cache.getTag(full);
      const bytes = tag && (await cache.getBytes(tag.digest));
      if (tag === undefined || bytes === undefined) throw error;
      const manifest = { digest: tag.digest, bytes, contentType: tag.contentType };
      return { sources: all, manifest, offline: error };
    }
  }

  /** The image manifest; of an index, that for this machine. */
  async #image(sources: Sources, fetched: FetchedManifest, full: string): Promise<ImageManifest> {
    try {
      const manifest = parseManifest(fetched.bytes, fetched.contentType);
      if (manifest.kind === 'image') return manifest;
      const { digest } = chooseManifest(manifest, process.arch, process.platform);
      const { cache } = this.#options;
      const bytes = (await cache.getBytes(digest)) ?? (await fetchManifest(sources, digest));
      await cache.putBytes(digest, bytes);
      const image = parseManifest(bytes);
      if (image.kind === 'image') return image;
      throw new ManifestError('is an index of an index');
    } catch (cause) {
      if (!(cause instanceof ManifestError)) throw cause;
      throw new RegistryError(`the manifest of '${full}' ${cause.message}`, {
        code: 'unsupported',
        registry: sources.at(-1)?.registry ?? '',
        cause,
      });
    }
  }

  /** Fetches what the cache lacks, one layer after the other; says whether there was any. */
  async #fetchLayers(sources: Sources, layers: Layers, full: string, totalBytes: number): Promise<boolean> {
    const { cache, onProgress } = this.#options;
    let before = 0;
    let fetched = false;
    for (const descriptor of layers) {
      if (!(await cache.has(descriptor.digest))) {
        fetched = true;
        const done = before;
        const onBytes = (received: number): void =>
          onProgress?.({ reference: full, receivedBytes: done + received, totalBytes });
        await firstThatAnswers(sources, (repository) =>
          downloadBlob({ repository, cache, descriptor, onBytes, signal: this.#closing.signal }),
        );
      }
      before += descriptor.size;
    }
    return fetched;
  }

  /** One file of several layers: their bytes one behind the other. */
  async #join(layers: Layers): Promise<string> {
    const { cache } = this.#options;
    const hash = createHash('sha256');
    for (const { digest } of layers) {
      for await (const chunk of createReadStream(cache.blobPath(digest))) hash.update(chunk as Buffer);
    }
    const digest = `sha256:${hash.digest('hex')}`;
    await withFileLock(cache.lockPath(digest), async () => {
      if (await cache.has(digest)) return;
      const path = cache.partialPath(digest);
      for (const [index, layer] of layers.entries()) {
        const flags = index === 0 ? 'w' : 'a';
        await pipeline(createReadStream(cache.blobPath(layer.digest)), createWriteStream(path, { flags }));
      }
      await cache.adopt(digest);
    });
    return cache.blobPath(digest);
  }
}

/** Mirrors and the registry itself, in the order in which they are asked. */
type Sources = readonly Repository[];

/** Asks one after the other; a mirror that fails, for whatever reason, is passed over. */
async function firstThatAnswers<T>(
  sources: Sources,
  ask: (repository: Repository) => Promise<T>,
): Promise<{ readonly answer: T; readonly sources: Sources }> {
  for (const [index, repository] of sources.entries()) {
    try {
      return { answer: await ask(repository), sources: sources.slice(index) };
    } catch (error) {
      if (index === sources.length - 1 || !isRegistryError(error)) throw error;
    }
  }
  throw new Error('there is always the registry itself to ask');
}

async function fetchManifest(sources: Sources, digest: string): Promise<Uint8Array> {
  const { answer } = await firstThatAnswers(sources, (repository) => repository.manifest(digest));
  return answer.bytes;
}

type Layers = readonly [Descriptor, ...Descriptor[]];

/** The layers that make up the content, as a wasmCloud host takes them (docs/spec/security.md#6.3). */
function contentLayers(image: ImageManifest, kind: ArtifactKind, full: string, registry: string): Layers {
  const refuse = (problem: string): RegistryError =>
    new RegistryError(`the artifact '${full}' ${problem}`, { code: 'unsupported', registry });
  const [first, ...more] = image.layers;
  if (first === undefined) throw refuse('has no layers: check what was pushed there');
  const accepted = acceptedLayerTypes[kind];
  const other = image.layers.find(({ mediaType }) => !accepted.includes(mediaType));
  if (other !== undefined) {
    const what =
      kind === 'any'
        ? 'a component or a provider archive'
        : kind === 'provider'
          ? 'a provider archive'
          : 'a component';
    throw refuse(
      `is not ${what}: it has a layer of the type '${other.mediaType}', which is none of ${accepted.join(', ')}`,
    );
  }
  if (more.length > 0 && image.mediaType === manifestMediaTypes.ociImage) {
    throw refuse(
      `has ${image.layers.length} layers, where an artifact of WebAssembly has one: push the file alone`,
    );
  }
  return [first, ...more];
}

function givenUp(full: string, registry: string, cause: unknown): RegistryError {
  const message = `'${full}' is not fetched any more: this program is stopping`;
  return new RegistryError(message, { code: 'closed', registry, cause });
}

/** Whether the registry may answer another time: then what was cached is good enough. */
function isPassing(error: unknown): error is RegistryError {
  return isRegistryError(error) && (error.code === 'unreachable' || error.code === 'unavailable');
}
