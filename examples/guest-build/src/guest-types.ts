import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generateTypes, $init as initialized } from '@bytecodealliance/jco-transpile/component';

/** Writes a `.d.ts` for each interface of the guest's world, so that `import … from 'wasi:…'` is typed. */
export async function writeGuestTypes(name: string, wit: string, folder: string): Promise<void> {
  await initialized;
  const files = generateTypes(name, {
    wit: { tag: 'source', val: wit },
    guest: true,
    tlaCompat: false,
    features: { tag: 'list', val: [] },
  });
  await rm(folder, { recursive: true, force: true });
  for (const [path, content] of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}
