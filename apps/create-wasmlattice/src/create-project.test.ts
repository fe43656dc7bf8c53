import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, type TempDir } from '@wasmlattice/test-support';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createProject, projectKinds } from './create-project.js';

let dir: TempDir;
beforeEach(async () => {
  dir = await createTempDir();
});
afterEach(() => dir[Symbol.asyncDispose]());

const create = (name: string, kind = projectKinds[0]): Promise<string> =>
  createProject({ kind, name, parent: dir.path, version: '1.2.3' });

it.each(projectKinds)(
  'a %s has its name and our version everywhere, and no placeholder is left',
  async (kind) => {
    const folder = await createProject({ kind, name: 'my-thing', parent: dir.path, version: '1.2.3' });
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ name: 'my-thing', devDependencies: { '@wasmlattice/cli': '^1.2.3' } });
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    expect(files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['.gitignore', 'wadm.yaml', 'README.md']),
    );
    for (const { parentPath, name } of files.filter((each) => each.isFile())) {
      // A formatter of Markdown takes two underscores for strong text.
      expect(await readFile(join(parentPath, name), 'utf8')).not.toMatch(/(__|\*\*)[A-Z]+\1/);
    }
    expect(await readFile(join(folder, 'README.md'), 'utf8')).toMatch(/^# `my-thing`\n/);
  },
);

it('of others, a template wants the versions that this repository has', async () => {
  const catalog = await readFile(new URL('../../../pnpm-workspace.yaml', import.meta.url), 'utf8');
  for (const kind of projectKinds) {
    const template = new URL(`../templates/${kind}/package.json`, import.meta.url);
    const { dependencies, devDependencies } = JSON.parse(await readFile(template, 'utf8'));
    for (const [name, version] of Object.entries<string>({ ...dependencies, ...devDependencies })) {
      if (name.startsWith('@wasmlattice/')) expect(version).toBe('^__VERSION__');
      else expect(catalog.replaceAll('"', '')).toContain(`  ${name}: ${version.slice(1)}\n`);
    }
  }
});

it.each([
  ['../up', 'is a path'],
  ['', 'does not begin with a small letter'],
  ['Counter', 'does not begin with a small letter'],
  ['9lives', 'does not begin with a small letter'],
  ['my_counter', 'has characters that ids in a lattice can not have'],
  ['a--b', 'has characters'],
  ['@acme/counter', 'is a path'],
  ['a'.repeat(51), 'is longer than 50'],
])('refuses the name "%s"', async (name, reason) => {
  await expect(create(name)).rejects.toThrow(reason);
  expect(await readdir(dir.path)).toEqual([]);
});

it('leaves a folder that exists as it is', async () => {
  await mkdir(join(dir.path, 'mine'));
  await writeFile(join(dir.path, 'mine', 'file'), 'mine');
  await expect(create('mine')).rejects.toMatchObject({
    name: 'CreateError',
    message: expect.stringContaining('exists already'),
    hint: expect.stringContaining('another name'),
  });
  expect(await readdir(join(dir.path, 'mine'))).toEqual(['file']);
});

it('says when there is no place for it', async () => {
  const parent = join(dir.path, 'none');
  await expect(createProject({ kind: 'component', name: 'a', parent, version: '1.0.0' })).rejects.toThrow(
    "can't be made: ENOENT",
  );
});
