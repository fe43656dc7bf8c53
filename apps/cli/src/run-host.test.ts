import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { developmentEnvironment, hostProgram, runForeground } from './run-host.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wasmlattice-up-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function program(text: string): Promise<string> {
  const file = join(folder, 'program.mjs');
  await writeFile(file, text);
  return file;
}

describe('a program in the foreground', () => {
  it('gets the flags, and its exit code is kept', async () => {
    const file = await program('process.exit(process.argv.length + 40)');
    expect(await runForeground(file, ['--lattice', 'blue'])).toBe(44);
  });

  it('gets the environment it is given', async () => {
    const file = await program('process.exit(Number(process.env.CODE))');
    expect(await runForeground(file, [], { ...process.env, CODE: '7' })).toBe(7);
  });

  it('that dies of a signal has the exit code that shells give it', async () => {
    expect(await runForeground(await program("process.kill(process.pid, 'SIGKILL')"), [])).toBe(137);
  });

  it('gets the signals of this process and decides itself when to end', async () => {
    const [ready, got] = [join(folder, 'ready'), join(folder, 'got')];
    const file = await program(`
      import { writeFileSync } from 'node:fs';
      let count = 0;
      const end = setTimeout(() => {}, 1e6);
      process.on('SIGHUP', () => {
        writeFileSync(${JSON.stringify(got)}, String(++count));
        if (count === 2) process.exit(5);
      });
      writeFileSync(${JSON.stringify(ready)}, '');
    `);
    const before = process.listenerCount('SIGHUP');
    const code = runForeground(file, []);
    await expect
      .poll(() =>
        access(ready).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    process.emit('SIGHUP', 'SIGHUP');
    await expect.poll(() => readFile(got, 'utf8').catch(() => '')).toBe('1');
    process.emit('SIGHUP', 'SIGHUP');
    expect(await code).toBe(5);
    expect(process.listenerCount('SIGHUP')).toBe(before);
  });
});

it('a program in the foreground is asked to stop when its parent is killed', async () => {
  const [pidFile, stopped] = [join(folder, 'pid'), join(folder, 'stopped')];
  const child = await program(`
    import { writeFileSync } from 'node:fs';
    process.on('SIGTERM', () => {
      writeFileSync(${JSON.stringify(stopped)}, '');
      process.exit();
    });
    // Keeps it alive for the signal, and from staying behind if that never comes.
    setTimeout(() => process.exit(), 60_000);
    writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
  `);
  const parentFile = join(folder, 'parent.mjs');
  const module = new URL('../dist/run-host.js', import.meta.url).href;
  await writeFile(
    parentFile,
    `import { runForeground } from ${JSON.stringify(module)};\nawait runForeground(${JSON.stringify(child)}, []);`,
  );
  const parent = spawn(process.execPath, [parentFile], { stdio: 'ignore' });
  const gone = once(parent, 'exit');
  const exists = (file: string) =>
    access(file).then(
      () => true,
      () => false,
    );
  await expect.poll(() => exists(pidFile)).toBe(true);
  parent.kill('SIGKILL');
  await gone;
  await expect.poll(() => exists(stopped)).toBe(true);
});

it('a host at a terminal is in development mode, lets requests into the Internet and keeps applications unless its environment says otherwise', () => {
  const defaults = {
    WASMLATTICE_DEVELOPMENT_MODE: 'true',
    WASMCLOUD_ALLOW_FILE_LOAD: 'true',
    WASMLATTICE_HTTP_CLIENT_ALLOW: '*',
    WASMLATTICE_AUDIT_SCOPE: 'changes',
    WASMLATTICE_RECONCILE: 'true',
  };
  expect(developmentEnvironment({ HOME: '/home/me' })).toEqual({ HOME: '/home/me', ...defaults });
  expect(developmentEnvironment({ WASMLATTICE_DEVELOPMENT_MODE: '' })).toEqual(defaults);
  const own = {
    WASMLATTICE_DEVELOPMENT_MODE: 'false',
    WASMCLOUD_ALLOW_FILE_LOAD: 'false',
    WASMLATTICE_HTTP_CLIENT_ALLOW: 'none',
    WASMLATTICE_AUDIT_SCOPE: 'all',
    WASMLATTICE_RECONCILE: 'false',
  };
  expect(developmentEnvironment(own)).toEqual(own);
});

it('the program of the host is the one its package declares', async () => {
  expect(await hostProgram()).toMatch(/dist\/main\.js$/);
});
