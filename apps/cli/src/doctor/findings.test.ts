import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createTempDir, freePort } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { createTestIo } from '../testing/test-io.js';
import { clockFinding } from './clock-finding.js';
import { httpPortFinding } from './port-finding.js';
import { addressOf, lookAtServer, versionFinding } from './server-finding.js';
import { folderFinding, limitFindings, nodeFinding } from './system-findings.js';

describe('clocks', () => {
  it.each([
    [[], 'unknown', 'neither'],
    [[200, -900], 'ok', 'within a second'],
    [[200, -2_000], 'warning', 'the clock of b is 2 s behind'],
    [[61_000, 5], 'problem', 'the clock of a is 61 s ahead of'],
  ])('ahead by %j ms are %s', (aheads, status, detail) => {
    const clocks = aheads.map((aheadMs, index) => ({ whose: 'ab'[index] ?? '', aheadMs }));
    expect(clockFinding(clocks)).toMatchObject({ status, detail: expect.stringContaining(detail) });
  });
});

describe('limits of the system', () => {
  const read = (openFiles: string, areas: string) => async (path: string) =>
    path.endsWith('limits')
      ? `Limit                     Soft Limit           Hard Limit           Units\nMax open files            ${openFiles}                1048576              files\n`
      : areas;

  it('are told, and how to raise those that are low', async () => {
    expect(await limitFindings(read('1024', '65530\n'))).toMatchObject([
      { id: 'open-files', status: 'warning', fix: expect.stringContaining('ulimit -n') },
      { id: 'mapped-areas', status: 'ok' },
    ]);
    expect(await limitFindings(read('65536', '1000'))).toMatchObject([
      { status: 'ok' },
      { status: 'warning', fix: expect.stringContaining('vm.max_map_count') },
    ]);
  });

  it('are left out where the system does not tell', async () => {
    expect(await limitFindings(() => Promise.reject(new Error('no /proc')))).toEqual([]);
  });

  it('include the version of Node.js', () => {
    expect([nodeFinding('26.1.0').status, nodeFinding('24.9.0').status]).toEqual(['ok', 'problem']);
  });
});

describe('a folder', () => {
  it('that is not there is fine where it can be made, and is not made', async () => {
    await using dir = await createTempDir();
    const folder = { id: 'cache', title: 'cache', path: join(dir.path, 'a', 'b'), flag: '--cache-dir' };
    expect(await folderFinding(folder)).toMatchObject({ detail: expect.stringContaining('free') });
    await expect(mkdir(join(dir.path, 'a'))).resolves.toBeUndefined();
  });

  it.each([
    [0, 'problem'],
    [300e6, 'warning'],
    [30e9, 'ok'],
  ])('of a disk with room for %i bytes is %s, with what shows who fills it', async (free, status) => {
    await using dir = await createTempDir();
    const folder = { id: 'cache', title: 'cache', path: dir.path, flag: '--cache-dir' };
    const finding = await folderFinding(folder, async () => free);
    expect(finding).toMatchObject({ status });
    if (status !== 'ok') expect(finding.fix).toContain(`df -h ${dir.path}`);
  });

  it('that can not be made is a problem', async () => {
    await using dir = await createTempDir();
    const file = join(dir.path, 'file');
    await writeFile(file, '', { mode: 0o600 });
    const folder = { id: 'cache', title: 'cache', path: join(file, 'a'), flag: '--cache-dir' };
    expect(await folderFinding(folder)).toMatchObject({
      status: 'problem',
      detail: expect.stringContaining(`${file} can't be written`),
      fix: expect.stringContaining('--cache-dir'),
    });
  });
});

describe('the NATS server', () => {
  it.each([
    ['2.9.25', 'warning'],
    ['2.10.29', 'warning'],
    ['2.11.15', 'warning'],
    ['2.11.16', 'ok'],
    ['2.12.6', 'warning'],
    ['2.12.7', 'ok'],
    ['3.0.0', 'ok'],
    ['nightly', 'warning'],
  ])('of version %s is %s', (version, status) => {
    const finding = versionFinding('127.0.0.1:4222', version);
    expect(finding).toMatchObject({ status, detail: expect.stringContaining(version) });
    if (status !== 'ok') expect(finding.fix).toContain('https://nats.io/download');
  });

  it('is not what says something else at its port', async () => {
    const port = await freePort();
    const server = createServer((socket) => socket.end('220 mail ready\r\n'));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const { finding } = await lookAtServer({ natsUrl: `nats://127.0.0.1:${port}` }, createTestIo(), '/none');
    expect(finding).toMatchObject({
      status: 'problem',
      detail: `what listens at 127.0.0.1:${port} is no NATS server, or wants TLS before it greets`,
      fix: expect.stringContaining('--nats-url'),
    });
    server.close();
  });
});

describe('the HTTP port', () => {
  it('is fine while it is free or a host may have it', async () => {
    const port = await freePort();
    expect(await httpPortFinding(false, port)).toMatchObject({ status: 'ok' });
    const server = createServer((socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    expect(await httpPortFinding(true, port)).toMatchObject({ status: 'ok' });
    expect(await httpPortFinding(false, port)).toMatchObject({
      status: 'warning',
      fix: expect.stringContaining(`:${port}`),
    });
    server.close();
  });
});

it.each([
  ['nats://127.0.0.1:4222', '127.0.0.1', 4222],
  ['nats.example', 'nats.example', 4222],
  ['tls://[::1]:80', '::1', 80],
  ['nats://user:secret@a.example:4333,nats://b.example', 'a.example', 4333],
])('%s is an address', (url, host, port) => {
  expect(addressOf(url)).toEqual({ host, port });
});
