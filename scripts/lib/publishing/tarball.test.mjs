import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readTarball } from './tarball.mjs';

let folder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tarball-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function tar(files, format) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, 'package', name)), { recursive: true });
    await writeFile(join(folder, 'package', name), text);
  }
  spawnSync('tar', [`--format=${format}`, '-czf', 'a.tgz', 'package'], { cwd: folder });
  return readTarball(await readFile(join(folder, 'a.tgz')));
}

test.each(['ustar', 'pax'])(
  'every file is read with its content, long names included (%s)',
  async (format) => {
    const long = `${'deep-folder/'.repeat(12)}file-with-a-rather-long-name.js`;
    const files = await tar(
      { 'package.json': '{}', 'dist/index.js': 'x'.repeat(1500), [long]: 'long' },
      format,
    );
    expect([...files.keys()].sort()).toEqual(['dist/index.js', long, 'package.json'].sort());
    expect(files.get('dist/index.js').toString()).toBe('x'.repeat(1500));
    expect(files.get(long).toString()).toBe('long');
  },
);
