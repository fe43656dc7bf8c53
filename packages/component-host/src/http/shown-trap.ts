import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { positionMapper } from '@wasmlattice/wasm-runtime';

/**
 * Shows traps of a component to those who develop it: the guest's own stack and what it wrote to stderr. Beside a component from a file, `app.wasm`,
 * the source map of its script, `app.js.map`, leads to positions in the sources; builds for development leave it there.
 */
export function trapShownFor(imageRef: string): (error: Error) => string {
  // Read for each trap: the map of code that is built again can be another one, and nothing waits for this but a client that is shown a trap.
  return (error) => positionMapper(readSourceMap(imageRef))(error.stack ?? error.message);
}

function readSourceMap(imageRef: string): string | undefined {
  try {
    const path = imageRef.startsWith('file://') ? fileURLToPath(imageRef) : imageRef;
    return isAbsolute(path) ? readFileSync(path.replace(/(\.wasm)?$/, '.js.map'), 'utf8') : undefined;
  } catch {
    // Few components have one.
    return undefined;
  }
}
