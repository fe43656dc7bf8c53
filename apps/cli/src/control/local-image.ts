import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { resolveImage } from '@wasmlattice/applications';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { exitCodes } from '../exit-codes.js';

/**
 * An image as a host takes it: a file that is there becomes its URL, whatever way it is written.
 *
 * @throws CliError for a path, such as `./build/app.wasm`, where nothing is
 */
export async function localImage(text: string, io: Pick<CliIo, 'cwd'>): Promise<string> {
  const { image, localFile } = resolveImage(text, io.cwd);
  const path = localFile ?? resolve(io.cwd, text);
  if (await isFile(path)) return pathToFileURL(path).href;
  if (localFile === undefined) return image;
  throw new CliError(`the image ${text} is not there: ${localFile}`, 'build it first, or correct the path', {
    exitCode: exitCodes.usage,
  });
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
