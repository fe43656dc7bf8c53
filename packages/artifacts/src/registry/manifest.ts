/** What a manifest says of a blob, or an index of a manifest. */
export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: { readonly architecture?: string; readonly os?: string };
}

/** An image manifest of OCI or Docker, as far as artifacts use it. */
export interface ImageManifest {
  readonly kind: 'image';
  readonly mediaType: string | undefined;
  readonly artifactType: string | undefined;
  readonly config: Descriptor | undefined;
  readonly layers: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** An index: one manifest for each platform. */
export interface ImageIndex {
  readonly kind: 'index';
  readonly manifests: readonly Descriptor[];
}

export const manifestMediaTypes = {
  ociImage: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  dockerImage: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
} as const;

/** The distribution specification asks registries for no more than this, and clients to take as much. In bytes. */
export const mostManifestBytes: number = 4 << 20;

/** A manifest that can't be read; the message completes "the manifest …". */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/** @throws ManifestError when it is no manifest of a kind that holds artifacts */
export function parseManifest(bytes: Uint8Array, contentType?: string): ImageManifest | ImageIndex {
  const value = parseObject(bytes);
  const mediaType = typeof value.mediaType === 'string' ? value.mediaType : undefined;
  const type = mediaType ?? contentType?.split(';')[0]?.trim();
  if (value.schemaVersion !== 2) {
    throw new ManifestError(
      `is of schema version ${JSON.stringify(value.schemaVersion) ?? 'unknown'}, not 2: push it anew`,
    );
  }
  if (
    type === manifestMediaTypes.ociIndex ||
    type === manifestMediaTypes.dockerList ||
    Array.isArray(value.manifests)
  ) {
    return { kind: 'index', manifests: descriptors(value.manifests, 'manifests') };
  }
  return {
    kind: 'image',
    mediaType,
    artifactType: typeof value.artifactType === 'string' ? value.artifactType : undefined,
    config: value.config === undefined ? undefined : descriptor(value.config, 'config'),
    layers: descriptors(value.layers, 'layers'),
    annotations: texts(value.annotations),
  };
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    throw new ManifestError('is no JSON: check that this is a registry of OCI artifacts');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ManifestError('is no JSON object: check that this is a registry of OCI artifacts');
  }
  return value as Record<string, unknown>;
}

function descriptors(value: unknown, member: string): Descriptor[] {
  if (!Array.isArray(value)) throw new ManifestError(`has no list '${member}'`);
  return value.map((entry, index) => descriptor(entry, `${member}[${index}]`));
}

function descriptor(value: unknown, member: string): Descriptor {
  const { mediaType, digest, size, annotations, platform } = (value ?? {}) as Record<string, unknown>;
  if (typeof mediaType !== 'string') throw new ManifestError(`has no media type in '${member}'`);
  if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new ManifestError(`has no SHA-256 digest in '${member}'`);
  }
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new ManifestError(`has no size in '${member}'`);
  }
  return {
    mediaType,
    digest,
    size,
    ...(annotations !== undefined && { annotations: texts(annotations) }),
    ...(typeof platform === 'object' && platform !== null && { platform: platformOf(platform) }),
  };
}

function platformOf(platform: object): { architecture?: string; os?: string } {
  const { architecture, os } = platform as Record<string, unknown>;
  return {
    ...(typeof architecture === 'string' && { architecture }),
    ...(typeof os === 'string' && { os }),
  };
}

/** Only members that are texts count. */
function texts(value: unknown): Record<string, string> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** The manifest of an index to take: the only one, the one for WebAssembly, the one for this machine. */
export function chooseManifest({ manifests }: ImageIndex, arch: string, os: string): Descriptor {
  const machine = { x64: 'amd64', ia32: '386' }[arch] ?? arch;
  const found =
    manifests.length === 1
      ? manifests[0]
      : (manifests.find(({ platform }) => platform?.architecture === 'wasm') ??
        manifests.find(({ platform }) => platform?.architecture === machine && platform.os === os));
  if (found !== undefined) return found;
  throw new ManifestError(
    `is an index of ${manifests.length} manifests, none of them for WebAssembly or ${os}/${machine}: name one by its digest`,
  );
}
