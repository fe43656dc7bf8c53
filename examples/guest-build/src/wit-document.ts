import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GuestBuildError } from './errors.js';

const packageLine = /^[ \t]*package[ \t]+([^;{\s]+)[ \t]*;/m;

/**
 * Joins a guest's WIT and the packages it may use into one document: the guest's package stays at the top, the others
 * follow as nested packages. One text instead of a folder, because the WIT reader inside componentize-js and jco has
 * no access to the file system (`os error 44`), and because one text is easily hashed.
 */
export function joinWit(guest: readonly string[], packages: readonly string[]): string {
  const [main, ...more] = [...guest].sort(
    (a, b) => Number(packageLine.test(b)) - Number(packageLine.test(a)),
  );
  if (main === undefined || !packageLine.test(main)) {
    throw new GuestBuildError(
      "the guest's WIT folder has no file that starts with `package namespace:name;`",
    );
  }
  const rest = more.map((text) => text.replace(packageLine, ''));
  return `${[main, ...rest, ...packages.map(nestPackage)].join('\n')}\n`;
}

function nestPackage(text: string): string {
  const name = packageLine.exec(text)?.[1];
  if (name === undefined) {
    throw new GuestBuildError(`a WIT package without a \`package\` line: ${text.slice(0, 60)}`);
  }
  return `package ${name} {${text.replace(packageLine, '')}}`;
}

/** The text of every `.wit` file under `folder`, ordered by path. */
export async function readWitFolder(folder: string): Promise<string[]> {
  let entries: string[];
  try {
    entries = await readdir(folder, { recursive: true });
  } catch (cause) {
    throw new GuestBuildError(`cannot read the WIT folder ${folder}`, { cause });
  }
  const files = entries.filter((entry) => entry.endsWith('.wit')).sort();
  return Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
}
