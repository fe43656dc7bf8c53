import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findNatsServer } from './find-nats-server.js';

describe('findNatsServer', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wasmlattice-find-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function program(path: string, mode = 0o755): Promise<string> {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '#!/bin/sh\n', { mode });
    return file;
  }

  it('prefers NATS_SERVER_BIN to PATH', async () => {
    const chosen = await program('chosen');
    const onPath = await program('bin/nats-server');
    expect(await findNatsServer({ NATS_SERVER_BIN: chosen, PATH: dirname(onPath) }, folder)).toBe(chosen);
    expect(await findNatsServer({ NATS_SERVER_BIN: '', PATH: dirname(onPath) }, folder)).toBe(onPath);
  });

  it('passes over files that cannot be run and folders of that name', async () => {
    await program('one/nats-server', 0o644);
    await mkdir(join(folder, 'two', 'nats-server'), { recursive: true });
    const runnable = await program('three/nats-server');
    const path = ['one', 'two', 'three'].map((name) => join(folder, name)).join(':');
    expect(await findNatsServer({ PATH: path }, folder)).toBe(runnable);
  });

  it('refuses a NATS_SERVER_BIN that is no program', async () => {
    await expect(findNatsServer({ NATS_SERVER_BIN: folder }, folder)).rejects.toMatchObject({
      failure: 'not-found',
      message: expect.stringContaining(folder),
    });
  });
});
