import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '@wasmlattice/wasm-runtime/engines';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleGuest } from '../bundle.js';
import { componentizeWith, componentizeWithStarlingMonkey, engineFeatures } from '../componentize.js';
import { GuestWorkshop } from './guest-workshop.js';

const wit =
  'package test:counts;\nworld guest {\n  export count: func() -> string;\n  export late: func() -> string;\n}\n';
const script = (word: string): string => `
  const table: Map<string, number> = new Map();
  for (let index = 0; index < 5_000; index++) table.set('${word}' + index, index);
  let calls = 0;
  export function count(): string {
    calls += 1;
    return \`\${table.size} \${[...table.keys()].at(-1)} \${calls} \${new Date(0).toISOString()}\`;
  }
  export function late(): string {
    return JSON.stringify({ word: '${word}', sum: [...table.values()].reduce((a, b) => a + b, 0) });
  }`;

let folder: string;
const slow: string[] = [];
let workshop: GuestWorkshop;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'guest-workshop-'));
  await mkdir(join(folder, 'wit'));
  await mkdir(join(folder, 'packages'));
  await writeFile(join(folder, 'wit/world.wit'), wit);
  workshop = open();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function open(): GuestWorkshop {
  return new GuestWorkshop({
    entry: join(folder, 'guest.ts'),
    wit: join(folder, 'wit'),
    witPackages: join(folder, 'packages'),
    without: engineFeatures.filter((feature) => feature !== 'stdio'),
    cacheDir: join(folder, 'bases'),
    tools: 'tools@1',
    onSlowStep: (message) => slow.push(message),
    onWit: async () => {},
  });
}

async function answers(component: Uint8Array): Promise<unknown[]> {
  const compiled = await createEngine().compile(component, { component: 'guest', suspends: () => false });
  return Promise.all(
    ['count', 'count', 'late'].map(async (name) =>
      (await compiled.instantiate(new Map())).call('', name, []),
    ),
  );
}

test('a component of a changed script answers as one that Wizer made for it, and takes no second base', async () => {
  const entry = join(folder, 'guest.ts');
  await writeFile(entry, script('first'));
  await workshop.build();
  await writeFile(entry, script('second'));
  const { component } = await workshop.build();
  const source = {
    name: 'guest',
    code: await bundleGuest(entry),
    wit,
    without: engineFeatures.filter((feature) => feature !== 'stdio'),
  };
  const production = await componentizeWithStarlingMonkey(source);
  expect(await answers(production)).toEqual(await answers(await componentizeWith(source, undefined)));
  expect(await answers(component)).toEqual(await answers(production));
  expect(await answers(component)).toContain('5000 second4999 1 1970-01-01T00:00:00.000Z');
  expect(slow).toHaveLength(1);
  // Another process finds the base on disk.
  await open().build();
  expect(slow).toHaveLength(1);
  expect(await readdir(join(folder, 'bases'))).toHaveLength(1);
}, 300_000);

test('a world that can not be served is refused in words, as long as it is so', async () => {
  const other = await mkdtemp(join(tmpdir(), 'guest-workshop-'));
  try {
    await Promise.all([mkdir(join(other, 'wit')), mkdir(join(other, 'packages'))]);
    await writeFile(join(other, 'guest.ts'), 'export function tail(): string { return ""; }');
    await writeFile(
      join(other, 'wit/world.wit'),
      'package test:tails;\nworld guest {\n  export tail: func() -> stream<string>;\n}\n',
    );
    const refusing = new GuestWorkshop({
      entry: join(other, 'guest.ts'),
      wit: join(other, 'wit'),
      witPackages: join(other, 'packages'),
      without: [],
      cacheDir: join(other, 'bases'),
      tools: 'tools@1',
      onSlowStep: (message) => {
        throw new Error(message);
      },
      onWit: async () => {},
    });
    for (let builds = 0; builds < 2; builds += 1) {
      await expect(refusing.build()).rejects.toThrow(/`tail: func\(\) -> stream<string>` has a stream/);
    }
  } finally {
    await rm(other, { recursive: true, force: true });
  }
});
