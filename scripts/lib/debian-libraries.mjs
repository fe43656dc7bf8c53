import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Of all that a package depends on, the libraries that a machine without it may lack. Those of its own C compiler are there, or it could
 * not run a thing; LLVM and Perl are for what servers of ours do without.
 */
export const isLibrary = (name) =>
  /^lib.+$/.test(name) && !/^lib(?:c6|c-.*|gcc-s1|stdc\+\+6|llvm.*|perl.*|.*-perl)$/.test(name);

/** What a program needs to find the libraries that were unpacked below a root folder. */
export const libraryEnvironment = (root) => ({ LD_LIBRARY_PATH: libraryFolders(root).join(':') });

/** Where packages that were unpacked below a root folder have their libraries. Those of the sound server have parts in a folder of their own. */
export const libraryFolders = (root) =>
  ['usr/lib', 'lib'].flatMap((folder) =>
    listFolder(join(root, folder))
      .filter((name) => name.endsWith('-linux-gnu'))
      .flatMap((name) => [join(root, folder, name), join(root, folder, name, 'pulseaudio')])
      .filter((path) => existsSync(path)),
  );

/** Names in a folder, in order; none without it. */
export function listFolder(folder) {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
