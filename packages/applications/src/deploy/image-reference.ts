import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** An image as the host gets it. */
export interface ResolvedImage {
  readonly image: string;
  /** The file on this machine, when the manifest names one by a relative path. */
  readonly localFile: string | undefined;
}

const fileScheme = 'file://';

/**
 * Makes relative images absolute: `file://./build/app.wasm` and `./build/app.wasm` are files below `folder`, the folder
 * of the manifest. Everything else stays as it is.
 */
export function resolveImage(image: string, folder: string): ResolvedImage {
  const path = image.startsWith(fileScheme) ? image.slice(fileScheme.length) : image;
  const isFile = image.startsWith(fileScheme) || path.startsWith('./') || path.startsWith('../');
  if (!isFile || isAbsolute(path)) return { image, localFile: undefined };
  const localFile = resolve(folder, path);
  return { image: pathToFileURL(localFile).href, localFile };
}

/** The path of a `file://` reference; `undefined` for others. */
export function pathOfImage(image: string): string | undefined {
  if (!image.startsWith(fileScheme)) return undefined;
  try {
    return fileURLToPath(image);
  } catch {
    return image.slice(fileScheme.length);
  }
}

/** The reference as hosts show it for providers, without its scheme. */
export function shownProviderReference(image: string): string {
  return pathOfImage(image) ?? image.replace(/^(oci|https?|wasmcloud\+builtin):\/\//, '');
}

export function isBuiltin(image: string): boolean {
  return image.startsWith('wasmcloud+builtin://');
}
