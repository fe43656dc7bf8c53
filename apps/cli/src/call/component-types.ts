import { fileURLToPath } from 'node:url';
import { type ComponentTypes, readComponentTypes } from '@wasmlattice/wasm-runtime/engines';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { pullArtifact } from '../pull-artifact.js';
import { readNamedFile } from '../read-file.js';
import type { RegistryOptions } from '../registry-options.js';

/**
 * What a running component exports and imports: of the image that its host shows, or of a file with the same interfaces.
 *
 * @throws CliError when the image is a file of another machine
 */
export async function typesOfImage(
  image: string,
  file: string | undefined,
  options: RegistryOptions,
  io: CliIo,
): Promise<ComponentTypes> {
  const path = file ?? (await pathOf(image, options, io));
  return readComponentTypes(await readNamedFile(io, path), path);
}

async function pathOf(image: string, options: RegistryOptions, io: CliIo): Promise<string> {
  if (!image.startsWith('file://')) return (await pullArtifact(image, options, io)).path;
  const path = fileURLToPath(image);
  try {
    await readNamedFile(io, path);
    return path;
  } catch (cause) {
    throw new CliError(
      `the types of the component are in ${image}, which is not on this machine`,
      'name a file with the same interfaces with --component',
      { cause },
    );
  }
}
