import { access } from 'node:fs/promises';
import {
  type ArtifactKind,
  type ArtifactPuller,
  isRegistryError,
  type PulledArtifact,
} from '@wasmlattice/artifacts';
import type { Logger } from '@wasmlattice/telemetry';
import { hostLimitAdvice } from '@wasmlattice/wasm-runtime';
import { ArtifactError } from './artifact-error.js';

export interface RegistryArtifactsOptions {
  readonly puller: Pick<ArtifactPuller, 'pull'>;
  readonly logger: Logger;
}

/** A cache with room for less than is fetched at once loses what was just fetched: so often it is fetched again. */
const mostLosses = 3;

/** Artifacts of registries, as the control interface speaks of them. */
export class RegistryArtifacts {
  readonly #options: RegistryArtifactsOptions;

  constructor(options: RegistryArtifactsOptions) {
    this.#options = options;
  }

  /** Brings an artifact into the cache and reads it there, again when another host removed it in between. Throws as `pull` and `read` do. */
  async use<T>(
    image: string,
    options: Parameters<RegistryArtifacts['pull']>[1],
    read: (pulled: PulledArtifact) => Promise<T>,
  ): Promise<T> {
    for (let losses = 0; ; losses += 1) {
      const pulled = await this.pull(image, options);
      try {
        return await read(pulled);
      } catch (error) {
        if (losses === mostLosses || (await isThere(pulled.path))) throw error;
      }
    }
  }

  /**
   * Brings an artifact into the cache.
   *
   * @param image the reference without its scheme
   * @throws ArtifactError; its text begins as that of a wasmCloud host does, and its cause says what to check
   */
  async pull(
    image: string,
    { kind, maxBytes }: { readonly kind: Exclude<ArtifactKind, 'any'>; readonly maxBytes?: number },
  ): Promise<PulledArtifact> {
    const { puller, logger } = this.#options;
    try {
      const pulled = await puller.pull(image, { kind, ...(maxBytes !== undefined && { maxBytes }) });
      const { digest, fetched, offline, size } = pulled;
      if (offline === undefined) logger.debug('artifact is in the cache', { image, digest, fetched, size });
      else {
        logger.warn('the registry is down: the artifact is what its tag stood for before', {
          image,
          digest,
          error: offline,
        });
      }
      return pulled;
    } catch (cause) {
      throw new ArtifactError(
        `failed to fetch ${kind}: failed to fetch ${kind} under OCI reference \`${image}\`: failed to fetch OCI path: ${upstreamReason(cause, kind)}`,
        { cause },
      );
    }
  }
}

/** What a wasmCloud host says here, as far as it is of use; clients show it. */
function upstreamReason(cause: unknown, kind: ArtifactKind): string {
  if (!isRegistryError(cause)) return 'failed to fetch OCI bytes';
  if (cause.code === 'prohibited') {
    return "fetching images tagged 'latest' is currently prohibited in this host. This option can be overridden with WASMCLOUD_OCI_ALLOW_LATEST";
  }
  if (cause.code === 'too-large' && kind === 'component') {
    return `it is larger than the limit 'component-size': ${hostLimitAdvice('component-size')}`;
  }
  if (cause.answers.length === 0) return 'failed to fetch OCI bytes';
  const answers = cause.answers.map(({ code, message }) => `OCI API error: ${message || code}`).join(', ');
  return `failed to fetch OCI bytes: Registry error: url ${cause.url}, envelope: OCI API errors: [${answers}]`;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
