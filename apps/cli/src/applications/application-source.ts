import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  type Manifest,
  type ManifestDocument,
  ManifestError,
  mapImages,
  type ParsedManifest,
  parseManifest,
  readDocument,
  resolveImage,
} from '@wasmlattice/applications';
import { describeError } from '@wasmlattice/telemetry';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { startsLikeComponent } from '../component-magic.js';
import { exitCodes } from '../exit-codes.js';

/** A manifest of a file: its images are absolute. */
export interface ManifestFile {
  /** As messages name it. */
  readonly fileName: string;
  readonly manifest: Manifest;
  readonly document: ManifestDocument;
  readonly folder: string;
  /** What is wrong with a link, with its place in the file. */
  readonly problemOf: ParsedManifest['problemOf'];
}

/** What the argument of a command names: a file, or an application of the lattice. */
export type ApplicationSource =
  | ({ readonly kind: 'file' } & ManifestFile)
  | { readonly kind: 'name'; readonly name: string };

/** What commands say of an argument that {@link readManifestFile} takes. */
export const manifestArgument = 'manifest in wadm format (YAML or JSON); `-`: from standard input';

/** Reads a file if there is one, and takes the argument for the name of an application if it can be one. */
export async function readFileOrName(argument: string, io: CliIo): Promise<ApplicationSource> {
  try {
    return { kind: 'file', ...(await readManifestFile(argument, io)) };
  } catch (error) {
    const code =
      error instanceof CliError ? (error.cause as NodeJS.ErrnoException | undefined)?.code : undefined;
    const isName = /^[-_\p{L}\p{N}]+$/u.test(argument);
    if (isName && (code === 'ENOENT' || code === 'EISDIR')) return { kind: 'name', name: argument };
    throw error;
  }
}

/** Reads a manifest, from standard input where the file is `-`, and tells its warnings. */
export async function readManifestFile(file: string, io: CliIo): Promise<ManifestFile> {
  const path = resolve(io.cwd, file);
  if (file === '-' && io.terminal?.err === true) io.err('note: the manifest is read from standard input\n');
  let bytes: Buffer;
  try {
    bytes = file === '-' ? Buffer.from(await io.readInput()) : await readFile(path);
  } catch (cause) {
    throw new CliError(`cannot read the manifest ${file}: ${describeError(cause)}`, `look for ${path}`, {
      cause,
      exitCode: exitCodes.usage,
    });
  }
  const { document, manifest, problemOf } = readManifestText(textOf(bytes, file), file, io);
  const folder = dirname(path);
  const absolute = mapImages(document, (image) => resolveImage(image, folder).image);
  return { fileName: file, manifest, document: absolute, folder, problemOf };
}

/** Tells the warnings, also of a manifest that is refused. */
function readManifestText(text: string, file: string, io: CliIo): ParsedManifest {
  const tell = ({ warnings }: Pick<ParsedManifest, 'warnings'>): void => {
    for (const warning of warnings) io.err(`warning: ${warning}\n`);
  };
  try {
    const parsed = parseManifest(text, file);
    tell(parsed);
    return parsed;
  } catch (error) {
    if (error instanceof ManifestError) tell(error);
    throw error;
  }
}

/** A manifest that the lattice remembers. */
export function storedManifest(document: ManifestDocument): ManifestFile {
  const { manifest, problemOf } = readDocument(document);
  return { fileName: document.metadata.name, document, manifest, folder: '/', problemOf };
}

function textOf(bytes: Buffer, file: string): string {
  const isWasm = startsLikeComponent(bytes);
  if (!isWasm && isUtf8(bytes) && !bytes.includes(0)) return bytes.toString();
  throw new CliError(
    `${file} is ${isWasm ? 'a WebAssembly binary' : 'no text'}, not a manifest`,
    isWasm
      ? `start it with \`wasmlattice start component ${file} ID\`, or name it as \`image\` in a manifest`
      : 'name a manifest in YAML or JSON',
    { exitCode: exitCodes.usage },
  );
}
