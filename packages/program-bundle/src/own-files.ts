import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin, PluginContext } from 'rolldown';

/** How a module of ours names a file or folder beside it. */
const named = /new URL\(\s*'(\.{1,2}\/[^']+)',\s*import\.meta\.url,?\s*\)/g;

/**
 * Takes along into `folder` what modules name by `new URL('./x.js', import.meta.url)`: entries of threads and processes become entries of
 * the bundle, which share their code with the program; other files, such as WebAssembly, and folders are copied. All keep their names.
 */
export function ownFiles(folder: string): Plugin {
  return {
    name: 'own-files',
    async transform(code, id) {
      if (id.includes('/node_modules/') || !code.includes('import.meta.url')) return undefined;
      const urls = new Map<string, string>();
      for (const [, path = ''] of code.matchAll(named)) {
        if (!urls.has(path)) urls.set(path, await take(this, path, id, folder));
      }
      return urls.size === 0 ? undefined : code.replace(named, (_, path: string) => urls.get(path) ?? '');
    },
  };
}

/** The expression of its URL in the bundle. */
async function take(context: PluginContext, path: string, importer: string, folder: string): Promise<string> {
  const fileName = `${folder}/${basename(path)}`;
  if (path.endsWith('.js')) {
    const entry = await context.resolve(path, importer);
    if (entry === null) throw new Error(`${importer} names ${path}, which is not there`);
    return urlOf(context.emitFile({ type: 'chunk', fileName, id: entry.id }));
  }
  const source = fileURLToPath(new URL(path, pathToFileURL(importer)));
  if (!(await stat(source)).isDirectory()) return urlOf(await copy(context, source, fileName));
  let url = '';
  for (const file of await filesIn(source)) {
    const within = relative(source, file).split(sep);
    const reference = await copy(context, file, `${fileName}/${within.join('/')}`);
    url = `new URL('./${'../'.repeat(within.length - 1)}', import.meta.ROLLUP_FILE_URL_${reference})`;
  }
  return url;
}

function urlOf(reference: string): string {
  return `new URL(import.meta.ROLLUP_FILE_URL_${reference})`;
}

async function copy(context: PluginContext, file: string, fileName: string): Promise<string> {
  return context.emitFile({ type: 'asset', fileName, source: await readFile(file) });
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}
