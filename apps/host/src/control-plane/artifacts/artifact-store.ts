import { readFile } from 'node:fs/promises';
import { isProviderArchive, providerTarget, unpackProvider } from '@wasmlattice/artifacts';
import { ClaimsError, readComponentToken, type Token } from '@wasmlattice/identity';
import { limitAdvice } from '@wasmlattice/wasm-runtime';
import { parseArtifactReference } from './artifact-reference.js';

/** An artifact that can't be had; the message names the reference and what to check. */
export class ArtifactError extends Error {
  override readonly name = 'ArtifactError';
}

export interface ArtifactStoreOptions {
  /** Whether `file://` references and paths may be loaded (`--allow-file-load`). */
  readonly allowFileLoad: boolean;
  /** A larger component is refused, in bytes (`--max-component-size-bytes`). */
  readonly maxComponentSize: number;
  /** Where programs of provider archives are kept; hosts of one machine share it. */
  readonly providerFolder: string;
}

/** A component that was fetched. */
export interface ComponentArtifact {
  /** In memory that worker threads can share. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** The token in it; `undefined` for a component that nobody signed. */
  readonly token?: Token<'component'> | undefined;
}

/** A provider that can be started: an executable on this machine, or a built-in one by its name. */
export type ProviderArtifact =
  | { readonly kind: 'file'; readonly path: string; readonly token?: Token<'provider'> | undefined }
  | { readonly kind: 'builtin'; readonly name: string; readonly token?: undefined };

/** Fetches what control commands refer to. */
export interface ArtifactStore {
  /** @throws ArtifactError, ArtifactReferenceError; ClaimsError when it is not as it was signed */
  fetchComponent(reference: string): Promise<ComponentArtifact>;
  /**
   * A program is started as it is; of an archive that for this kind of machine is unpacked.
   *
   * @throws ArtifactError, ArtifactReferenceError, ArchiveError; ClaimsError when the token of an archive does not decode
   */
  fetchProvider(reference: string): Promise<ProviderArtifact>;
}

/** Local files and built-in providers; registries are refused with a message that says so. */
export function createArtifactStore(options: ArtifactStoreOptions): ArtifactStore {
  const requireFileLoad = (what: 'component' | 'provider', path: string): void => {
    if (options.allowFileLoad) return;
    // Upstream's sentence first (docs/spec/security.md#6.1), then what to do.
    throw new ArtifactError(
      `unable to start ${what} from file, file loading is disabled ('${path}'): start the host with --allow-file-load`,
    );
  };
  const openProvider = async (path: string): Promise<ProviderArtifact> => {
    const isArchive = await isProviderArchive(path).catch((cause: unknown) => {
      throw unreadable(path, cause);
    });
    if (!isArchive) return { kind: 'file', path };
    const target = providerTarget(process.arch, process.platform);
    return { kind: 'file', ...(await unpackProvider(path, { target, folder: options.providerFolder })) };
  };
  return {
    async fetchComponent(reference) {
      const parsed = parseArtifactReference(reference);
      if (parsed.kind === 'builtin') {
        throw new ArtifactError(`'${reference}' names a built-in provider, not a component`);
      }
      if (parsed.kind === 'oci') throw registryUnavailable(reference);
      requireFileLoad('component', parsed.path);
      const bytes = await readArtifact(parsed.path);
      if (bytes.byteLength > options.maxComponentSize) {
        throw new ArtifactError(
          `component '${parsed.path}' has ${bytes.byteLength} bytes; the limit 'component-size' is ${options.maxComponentSize}: ${limitAdvice('component-size')}`,
        );
      }
      const shared = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
      shared.set(bytes);
      return { bytes: shared, token: await tokenOf(shared) };
    },

    async fetchProvider(reference) {
      const parsed = parseArtifactReference(reference);
      if (parsed.kind === 'oci') throw registryUnavailable(reference);
      if (parsed.kind === 'builtin') return parsed;
      requireFileLoad('provider', parsed.path);
      return await openProvider(parsed.path);
    },
  };
}

/** What is no binary at all has no token; the validator says best what is wrong with it. */
async function tokenOf(bytes: Uint8Array): Promise<ComponentArtifact['token']> {
  try {
    return await readComponentToken(bytes);
  } catch (error) {
    if (error instanceof ClaimsError && error.code === 'binary') return undefined;
    throw error;
  }
}

function registryUnavailable(reference: string): ArtifactError {
  return new ArtifactError(
    `'${reference}' is an OCI reference and this host does not fetch from registries yet: use file:///absolute/path`,
  );
}

async function readArtifact(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file on the machine of this host',
  EACCES: 'the host may not read it',
  EISDIR: 'it is a folder',
};

function unreadable(path: string, cause: unknown): ArtifactError {
  const why = reasons[(cause as NodeJS.ErrnoException).code ?? ''] ?? String(cause);
  return new ArtifactError(`failed to fetch '${path}': ${why}`, { cause });
}
