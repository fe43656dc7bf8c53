import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, type TempDir } from '@wasmlattice/test-support';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GuestBuilder } from './guest-builder.js';

let dir: TempDir;
let builder: GuestBuilder | undefined;
beforeEach(async () => {
  dir = await createTempDir();
});
afterEach(async () => {
  await builder?.[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

/** A builder whose process does `onBuild` whenever it is asked. */
async function open(
  onBuild: string,
  timeoutMs?: number,
): Promise<{ builder: GuestBuilder; notes: string[] }> {
  const program = join(dir.path, 'build.mjs');
  const code = `let builds = 0; process.on('disconnect', () => process.exit()); process.on('message', () => { builds++; ${onBuild} });`;
  await writeFile(program, code);
  const notes: string[] = [];
  builder = new GuestBuilder({
    project: { program, arguments: ['src/shop.ts'], folder: dir.path },
    outDir: join(dir.path, 'out'),
    note: (message) => notes.push(message),
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  return { builder, notes };
}

const built = "process.send({ kind: 'built', path: '/' + builds + '.wasm', map: '{}', world: 'w' });";

it('asks one process for every build, and passes on what it says meanwhile', async () => {
  const { builder, notes } = await open(`process.send({ kind: 'note', message: 'slow' }); ${built}`);
  expect(await builder.build()).toEqual({ kind: 'built', path: '/1.wasm', map: '{}', world: 'w' });
  expect(await builder.build()).toMatchObject({ path: '/2.wasm' });
  expect(notes).toEqual(['slow', 'slow']);
});

it('a build that fails tells why, and the next one is asked for', async () => {
  const { builder } = await open(
    `if (builds === 1) process.send({ kind: 'failed', message: 'no good', map: '{}' }); else { ${built} }`,
  );
  expect(await builder.build()).toEqual({ kind: 'failed', message: 'no good', map: '{}' });
  expect(await builder.build()).toMatchObject({ kind: 'built' });
});

it('a process that ends amid a build is told with its last words, and replaced', async () => {
  const { builder } = await open("process.stderr.write('out of memory', () => process.exit(7));");
  const outcome = await builder.build();
  expect(outcome).toMatchObject({ kind: 'failed', message: expect.stringContaining('its process ended: 7') });
  expect(await builder.build()).toMatchObject({ kind: 'failed' });
});

it('a build that does not end is given up', async () => {
  const { builder } = await open('for (;;);', 200);
  expect(await builder.build()).toMatchObject({
    kind: 'failed',
    message: expect.stringContaining('it took longer than 0.2 s'),
  });
});

it('an answer of another version is told as one', async () => {
  const { builder } = await open("process.send({ kind: 'done' });");
  expect(await builder.build()).toMatchObject({
    message: expect.stringContaining('install matching versions'),
  });
});
