import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, type TempDir } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LaunchError, launchCommand, nodeFlags } from './launch-command.js';

const node = '/opt/node/bin/node';
let dir: TempDir;

async function file(name: string, text: string, mode = 0o644): Promise<string> {
  const path = join(dir.path, name);
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

beforeAll(async () => {
  dir = await createTempDir();
});
afterAll(() => dir[Symbol.asyncDispose]());

describe('launchCommand', () => {
  it.each(['provider.js', 'provider.mjs', 'provider.ts'])('runs %s with the given Node.js', async (name) => {
    const path = await file(name, '');
    expect(await launchCommand(path, node)).toEqual({ command: node, args: [...nodeFlags, path] });
  });

  it.each([
    '#!/usr/bin/env node\n',
    '#!/usr/local/bin/node --enable-source-maps\n',
    '#! /usr/bin/env -S node\r\n',
  ])('runs a file that begins with %j with the given Node.js', async (line) => {
    const path = await file('shebang', `${line}void 0;`);
    expect(await launchCommand(path, node)).toEqual({ command: node, args: [...nodeFlags, path] });
  });

  it('follows a link to the real file, beside which its packages are', async () => {
    const path = await file('real.js', '');
    await symlink(path, join(dir.path, 'bin'));
    expect(await launchCommand(join(dir.path, 'bin'), node)).toEqual({
      command: node,
      args: [...nodeFlags, path],
    });
  });

  it('runs any other executable as it is', async () => {
    const path = await file('native', '#!/bin/sh\n# not node\n', 0o755);
    expect(await launchCommand(path, node)).toEqual({ command: path, args: [] });
    expect(await launchCommand(await file('nodejs-tool', '#!/usr/bin/nodeish\n', 0o755), node)).toMatchObject(
      {
        args: [],
      },
    );
  });

  it('names the file that is missing', async () => {
    const path = join(dir.path, 'missing');
    await expect(launchCommand(path, node)).rejects.toThrow(`there is no file ${path}: check the path`);
  });

  it('tells how to make a file executable', async () => {
    const path = await file('plain', '#!/bin/sh\n');
    await expect(launchCommand(path, node)).rejects.toThrow(`${path} is not executable`);
  });

  it('refuses a folder', async () => {
    const path = join(dir.path, 'folder');
    await mkdir(path);
    await expect(launchCommand(path, node)).rejects.toThrow(LaunchError);
  });
});
