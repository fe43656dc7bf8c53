import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@wasmlattice/test-support';

/** A component in a file, until it is disposed. */
export interface WrittenGuest extends AsyncDisposable {
  readonly file: string;
}

export async function writeGuest(bytes: Uint8Array): Promise<WrittenGuest> {
  await using folder = new AsyncDisposableStack();
  const { path } = folder.use(await createTempDir());
  const file = join(path, 'guest.wasm');
  await writeFile(file, bytes);
  const kept = folder.move();
  return { file, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
