import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';

/** Progress that nobody sees. */
export const quiet = { step: (_title, work) => work(() => {}) };

/**
 * A machine for each test of a file, with a folder of its own: nothing is on its PATH but what the test puts into `bin`, and what it has
 * installed is in `sbin` and below `root`.
 */
export function bareMachine() {
  const bare = {
    folder: '',
    machine: {},
    /** Puts a shell script there; returns where it is. */
    async program(path, script) {
      const file = join(bare.folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `#!/bin/sh\n${script}\n`);
      await chmod(file, 0o755);
      return file;
    },
  };
  beforeEach(async () => {
    bare.folder = await mkdtemp(join(tmpdir(), 'bare-machine-'));
    await mkdir(join(bare.folder, 'bin'));
    bare.machine = {
      env: { PATH: join(bare.folder, 'bin'), WASMLATTICE_CACHE: join(bare.folder, 'cache') },
      platform: 'linux',
      isRoot: false,
      hasSystemd: false,
      folders: [join(bare.folder, 'sbin')],
      roots: [join(bare.folder, 'root')],
    };
  });
  afterEach(() => rm(bare.folder, { recursive: true, force: true }));
  return bare;
}
