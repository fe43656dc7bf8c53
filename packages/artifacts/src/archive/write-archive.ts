import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type ProviderMetadata, type SigningKey, signToken, type Token } from '@wasmlattice/identity';
import { Header } from 'tar';
import { archiveHash, worldName } from './archive-hashes.js';
import type { ProviderArchive } from './read-archive.js';

/** What goes into an archive, and what its token says of it; times in seconds since the epoch. */
export interface ArchiveContent extends Pick<ProviderArchive, 'programs' | 'world'> {
  readonly metadata: Omit<ProviderMetadata, 'targetHashes'>;
  /** The provider's own public key, `V…`. */
  readonly subject: string;
  readonly issuedAt: number;
  readonly expires?: number | undefined;
  readonly notBefore?: number | undefined;
}

export interface WrittenArchive {
  readonly bytes: Uint8Array;
  readonly token: Token<'provider'>;
}

/** Makes an archive as upstream's tools read it (docs/spec/security.md#5), signed by `issuer`. */
export async function writeProviderArchive(
  content: ArchiveContent,
  issuer: SigningKey,
  { compress = false }: { readonly compress?: boolean } = {},
): Promise<WrittenArchive> {
  const { programs, world, metadata, subject, issuedAt, expires, notBefore } = content;
  const targetHashes = new Map([...programs].map(([target, bytes]) => [target, archiveHash(bytes)]));
  if (world !== undefined) targetHashes.set(worldName, archiveHash(world));
  const signed = { subject, issuedAt, expires, notBefore, metadata: { ...metadata, targetHashes } };
  const token = signToken('provider', signed, issuer);
  const parts = [
    ...tarEntry('claims.jwt', Buffer.from(token.text)),
    ...(world === undefined ? [] : tarEntry(worldName, world)),
    ...[...programs].flatMap(([target, bytes]) => tarEntry(`${target}.bin`, bytes)),
    Buffer.alloc(2 * blockLength),
  ];
  const tar = Buffer.concat(parts);
  // The default level: the best one takes 3.4 times as long for 0.4 % less of a program of 152 MB.
  return { bytes: new Uint8Array(compress ? await promisify(gzip)(tar) : tar), token };
}

const blockLength = 512;

function tarEntry(path: string, content: Uint8Array): Uint8Array[] {
  const header = Buffer.alloc(blockLength);
  const mode = path.endsWith('.bin') ? 0o755 : 0o644;
  new Header({ path, mode, size: content.length, type: 'File', mtime: new Date(0) }).encode(header);
  return [header, content, Buffer.alloc((blockLength - (content.length % blockLength)) % blockLength)];
}
