import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@wasmlattice/test-support';
import { createEngine, type HostImport } from '@wasmlattice/wasm-runtime/engines';
import { readWorld } from '@wasmlattice/wit-types';
import { expect, test } from 'vitest';
import { bareResources } from './bare-resources.js';
import { componentizeWithStarlingMonkey, engineFeatures } from './componentize.js';

const wit = `
  package test:bare@1.0.0;
  interface bare-things {
    resource some-thing;
    make: func() -> some-thing;
    size: func(of: borrow<some-thing>) -> u32;
  }
  interface full {
    resource thing { size: func() -> u32; }
    make: func() -> thing;
  }
  world guest {
    import bare-things;
    import full;
    export bare: func() -> string;
    export full: func() -> string;
  }`;

const code = `
  import { make as makeBare, size } from 'test:bare/bare-things@1.0.0';
  import { make as makeFull } from 'test:bare/full@1.0.0';
  const outcome = (work) => {
    try {
      return work();
    } catch (error) {
      return String(error);
    }
  };
  export const bare = () => outcome(() => {
    const thing = makeBare();
    const text = \`${'${'}thing.constructor.name} of ${'${'}size(thing)}\`;
    thing[Symbol.dispose]();
    return text;
  });
  export const full = () => outcome(() => \`Thing of ${'${'}makeFull().size()}\`);`;

class Thing {}

/** What the guest says of each kind of resource. */
async function outcomes(script: string): Promise<Record<string, unknown>> {
  const guest = await componentizeWithStarlingMonkey({
    name: 'bare',
    code: script,
    wit,
    without: engineFeatures,
  });
  const members: HostImport = {
    func: (name) => {
      if (name === 'make') return () => new Thing();
      if (name === '[method]thing.size') return () => 1;
      return name === 'size' ? () => 7 : undefined;
    },
    resource: () => Thing,
  };
  const compiled = await createEngine().compile(guest, { component: 'bare', suspends: () => false });
  const instance = await compiled.instantiate(
    new Map([
      ['test:bare/bare-things@1.0.0', members],
      ['test:bare/full@1.0.0', members],
    ]),
  );
  return { bare: await instance.call('', 'bare', []), full: await instance.call('', 'full', []) };
}

test('a guest is given a resource without functions, and one that has some', async () => {
  await using folder = await createTempDir();
  await writeFile(join(folder.path, 'world.wit'), wit);
  const classes = bareResources(await readWorld(folder.path), code);
  expect(await outcomes(code + classes)).toEqual({ bare: 'SomeThing of 7', full: 'Thing of 1' });
}, 300_000);

test('componentize-js can not do that alone: take bareResources out when it can', async () => {
  expect(await outcomes(code)).toEqual({
    bare: 'ReferenceError: import_bareThings_1_0_0$SomeThing is not defined',
    full: 'Thing of 1',
  });
}, 300_000);
