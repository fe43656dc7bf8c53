import { once } from 'node:events';
import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { ArchiveError } from './archive-error.js';

/** A file in an archive. Its content is read once, or passed over. */
export interface ArchiveEntry {
  readonly path: string;
  /** The name without folders and ending: what an entry is goes by it (docs/spec/security.md#5). */
  readonly stem: string;
  readonly size: number;
  readonly content: AsyncIterable<Uint8Array>;
}

/** An archive in pieces of any length, compressed by gzip or not. */
export type ArchiveSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Whether reading goes on. */
export type EntryVerdict = 'more' | 'enough';

/**
 * Gives the files of an archive to `take`, one after the other, until it has enough. Nothing is written anywhere by the names of entries.
 *
 * @param most bytes of the unpacked archive
 * @throws ArchiveError, and what `take` throws
 */
export async function readEntries(
  source: ArchiveSource,
  most: number,
  take: (entry: ArchiveEntry) => Promise<EntryVerdict>,
): Promise<void> {
  const parser = new Parser({ strict: true, brotli: false, zstd: false });
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {});
  let verdict: EntryVerdict = 'more';
  let work: Promise<void> = Promise.resolve();
  parser.on('error', (cause: Error) => failure.reject(malformed(cause)));
  parser.on('entry', (entry: ReadEntry) => {
    work = work
      .then(async () => {
        if (isFolder(entry) || verdict === 'enough') entry.resume();
        else verdict = await take(checked(entry));
        // What was not read is passed over, or the next entry never comes.
        entry.resume();
      })
      .catch((error: unknown) => {
        entry.resume();
        failure.reject(error);
      });
  });
  const feed = async (): Promise<void> => {
    let length = 0;
    for await (const chunk of unpacked(source)) {
      length += chunk.length;
      if (length > most) throw new ArchiveError('too-large', `the archive has more than ${most} bytes`);
      if (!parser.write(Buffer.from(chunk))) await once(parser, 'drain');
      if (verdict === 'enough') return;
    }
    const ended = once(parser, 'end');
    parser.end();
    await ended;
    await work;
  };
  await Promise.race([feed(), failure.promise]);
}

/** All of an entry, in memory. */
export async function readContent({ path, size, content }: ArchiveEntry, most: number): Promise<Uint8Array> {
  if (size > most) {
    throw new ArchiveError('too-large', `'${path}' in the archive has ${size} bytes, more than ${most}`);
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

function checked(entry: ReadEntry): ArchiveEntry {
  const { path, size, type } = entry;
  if (type !== 'File' && type !== 'OldFile' && type !== 'ContiguousFile') {
    throw new ArchiveError('unsafe', `'${path}' in the archive is no plain file but a ${type}`);
  }
  if (path.startsWith('/') || path.includes('\\') || path.split('/').includes('..')) {
    throw new ArchiveError('unsafe', `'${path}' in the archive leads out of it`);
  }
  return { path, size, stem: posix.parse(path).name, content: entry as AsyncIterable<Uint8Array> };
}

function isFolder({ type }: ReadEntry): boolean {
  return type === 'Directory' || type === 'GNUDumpDir';
}

const gzipMagic = Buffer.from([0x1f, 0x8b]);

/** Whether bytes begin as a gzip stream does. */
export function isGzip(bytes: Uint8Array): boolean {
  return gzipMagic.equals(bytes.subarray(0, gzipMagic.length));
}

/** The tar file in the archive, whose first chunk says whether it is compressed. */
async function* unpacked(source: ArchiveSource): AsyncGenerator<Uint8Array> {
  const chunks = piecesOf(source);
  try {
    const first = await firstBytes(chunks);
    if (first === undefined) throw new ArchiveError('malformed', 'not a provider archive: it is empty');
    const rest = rejoin(first, chunks);
    yield* isGzip(first) ? gunzip(rest) : rest;
  } finally {
    await chunks.return(undefined);
  }
}

async function* piecesOf(source: ArchiveSource): AsyncGenerator<Uint8Array> {
  yield* source;
}

/** Enough to tell what it is: a chunk may have a single byte. */
async function firstBytes(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
  let bytes = Buffer.alloc(0);
  while (bytes.length < gzipMagic.length) {
    const next = await chunks.next();
    if (next.done === true) break;
    bytes = Buffer.concat([bytes, next.value]);
  }
  return bytes.length === 0 ? undefined : bytes;
}

async function* rejoin(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  const source = Readable.from(chunks);
  const gunzipper = createGunzip();
  source.once('error', (error) => gunzipper.destroy(error));
  try {
    for await (const chunk of source.pipe(gunzipper)) {
      // The reader of tar would unpack it once more, uncounted.
      if (isFirst && isGzip(chunk)) throw new ArchiveError('malformed', 'the archive is compressed twice');
      isFirst = false;
      yield chunk;
    }
  } catch (error) {
    throw error instanceof ArchiveError ? error : malformed(error);
  } finally {
    source.destroy();
  }
}

function malformed(cause: unknown): ArchiveError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ArchiveError('malformed', `not a provider archive, or a damaged one: ${reason}`, { cause });
}
