import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installedVersion } from '../installed-version.js';
import { type Language, MissingToolchainError, wasi03Wit } from '../language.js';

/** JavaScript with asynchronous functions, on QuickJS. The tool takes none that are imported, so there is no proxy. */
export const javascriptWasi03: Language = {
  name: 'javascript-wasi03',
  title: 'JavaScript',
  wit: wasi03Wit,
  guests: [
    ...(['hello', 'echo', 'counter'] as const).map((kind) => ({
      name: kind,
      kinds: [kind],
      hasOwnWorld: true,
    })),
    { name: 'lines', kinds: [], hasOwnWorld: true },
  ],
  shared: [],
  recipe: import.meta.filename,
  async findToolchain() {
    const version = installedVersion('componentize-qjs');
    return {
      versions: `componentize-qjs ${version}`,
      async build({ guest, source, wit, workFolder }) {
        const { componentize } = await loadTool();
        const document = join(workFolder, 'gallery.wit');
        await writeFile(document, wit);
        const jsPath = join(source, `${guest}.js`);
        const { component } = await componentize({
          witPath: document,
          world: guest,
          jsSource: await readFile(jsPath, 'utf8'),
        });
        return component;
      },
    };
  },
};

/** A package with machine code, which is not there for every machine. */
async function loadTool(): Promise<typeof import('componentize-qjs')> {
  try {
    return await import('componentize-qjs');
  } catch (cause) {
    throw new MissingToolchainError('componentize-qjs has no build for this machine', { cause });
  }
}
