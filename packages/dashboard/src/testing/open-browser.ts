import { accessSync, constants } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { unpackedLibraries, unpackedRoot } from '@wasmlattice/test-support';
import { type Browser, chromium } from 'playwright-core';

/** A real Chromium without a screen: the one that `CHROMIUM_BIN` names, else that on the PATH. */
export async function openBrowser(): Promise<Browser> {
  const program = process.env.CHROMIUM_BIN || findOnPath('chromium');
  return await chromium.launch({
    executablePath: program,
    env: { ...definedOf(process.env), ...unpackedLibraries(program), ...(await unpackedFonts(program)) },
    args: ['--disable-gpu', '--disable-dev-shm-usage'],
  });
}

/** A browser that was unpacked has its fonts there, too; without any it ends when it draws. */
async function unpackedFonts(program: string): Promise<{ readonly FONTCONFIG_FILE?: string }> {
  const root = unpackedRoot(program);
  if (root === undefined) return {};
  const file = join(root, 'fonts.conf');
  const folders = `<dir>${join(root, 'usr/share/fonts')}</dir><cachedir>${join(root, 'var/cache/fontconfig')}</cachedir>`;
  await writeFile(file, `<?xml version="1.0"?>\n<fontconfig>${folders}</fontconfig>\n`);
  return { FONTCONFIG_FILE: file };
}

function findOnPath(name: string): string {
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isProgram);
  if (found === undefined)
    throw new Error(`there is no ${name} on the PATH: install it, or set CHROMIUM_BIN`);
  return found;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function definedOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
