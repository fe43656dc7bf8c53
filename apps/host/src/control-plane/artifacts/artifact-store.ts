import { type FileHandle, open } from 'node:fs/promises';
import {
  defaultArchiveLimits,
  isProviderArchive,
  isUnpacked,
  providerTarget,
  unpackProvider,
} from '@wasmlattice/artifacts';
import { ClaimsError, readComponentToken, type Token } from '@wasmlattice/identity';
import { hostLimitAdvice } from '@wasmlattice/wasm-runtime';
import { ArtifactError } from './artifact-error.js';
import { parseArtifactReference } from './artifact-reference.js';
import type { RegistryArtifacts } from './registry-artifacts.js';

export interface ArtifactStoreOptions {
  /** Whether `file://` references and paths may be loaded (`--allow-file-load`). */
  readonly allowFileLoad: boolean;
  /** A larger component is refused, in bytes (`--max-component-size-bytes`). */
  readonly maxComponentSize: number;
  /** Where programs of provider archives are kept; hosts of one machine share it. */
  readonly providerFolder: string;
  readonly registries: Pick<RegistryArtifacts, 'use'>;
}

/** A component that was fetched. */
export interface ComponentArtifact {
  /** In memory that worker threads can share. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** The token in it; `undefined` for a component that nobody signed. */
  readonly token?: Token<'component'> | undefined;
  /** A reference to exactly these bytes, as far as there is one: a tag may stand for others later. */
  readonly source: string;
}

/** A provider that can be started: an executable on this machine, or a built-in one by its name. */
export type ProviderArtifact =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly token?: Token<'provider'> | undefined;
      /** Sees to it before each start that the program is there and what it was; absent for a program that was not unpacked. */
      readonly restore?: (() => Promise<void>) | undefined;
    }
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

/** Local files, built-in providers, and what registries have. */
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
    return isArchive ? unpack(path) : { kind: 'file', path };
  };
  const unpack = async (archive: string): Promise<ProviderArtifact> => {
    const target = providerTarget(process.arch, process.platform);
    const folder = options.providerFolder;
    const { path, token } = await unpackProvider(archive, { target, folder });
    const restore = async (): Promise<void> => {
      // The archive itself may be gone: what is there and right is enough.
      if (await isUnpacked(path)) return;
      const now = await unpackProvider(archive, { target, folder });
      if (now.path === path) return;
      throw new ArtifactError(
        `the archive '${archive}' has another program now: stop the provider and start it`,
      );
    };
    return { kind: 'file', path, token, restore };
  };
  const openComponent = async (path: string, name: string, source: string): Promise<ComponentArtifact> => {
    const bytes = await readArtifact(path, (size) => {
      if (size <= options.maxComponentSize) return;
      throw new ArtifactError(
        `component '${name}' has ${size} bytes; the limit 'component-size' is ${options.maxComponentSize}: ${hostLimitAdvice('component-size')}`,
      );
    });
    return { bytes, token: await tokenOf(bytes), source };
  };
  return {
    async fetchComponent(reference) {
      const parsed = parseArtifactReference(reference);
      if (parsed.kind === 'builtin') {
        throw new ArtifactError(`'${reference}' names a built-in provider, not a component`);
      }
      if (parsed.kind === 'oci') {
        const { maxComponentSize: maxBytes } = options;
        return await options.registries.use(
          parsed.image,
          { kind: 'component', maxBytes },
          ({ path, pinned }) => openComponent(path, parsed.image, pinned),
        );
      }
      requireFileLoad('component', parsed.path);
      return openComponent(parsed.path, parsed.path, reference);
    },

    async fetchProvider(reference) {
      const parsed = parseArtifactReference(reference);
      if (parsed.kind === 'oci') {
        const { total: maxBytes } = defaultArchiveLimits;
        return await options.registries.use(parsed.image, { kind: 'provider', maxBytes }, ({ path }) =>
          unpack(path),
        );
      }
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

/**
 * Into shared memory at once: a copy of many megabytes costs as much as a hash of them, and a collection of garbage.
 *
 * @param check throws for a size that is too much, before anything is read
 */
async function readArtifact(
  path: string,
  check: (size: number) => void,
): Promise<Uint8Array<SharedArrayBuffer>> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const stats = await file.stat();
    const { size } = stats;
    if (stats.isFile()) check(size);
    const bytes = new Uint8Array(new SharedArrayBuffer(size));
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
      if (bytesRead === 0) throw new ArtifactError(`'${path}' became shorter while it was read: try again`);
      filled += bytesRead;
    }
    return bytes;
  } catch (error) {
    throw error instanceof ArtifactError ? error : unreadable(path, error);
  } finally {
    await file?.close();
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
