import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { features } from './features.js';
import { describeBuild } from './judge.js';
import { loadValidatorModule, readBuildRecord, validatorFile } from './validator-module.js';

const text = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8');
const built = await readBuildRecord();
const description = describeBuild(await loadValidatorModule());

describe('the build of wasmparser that is committed', () => {
  it('has the checksum that was written down when it was built', async () => {
    const sha256 = createHash('sha256')
      .update(await readFile(validatorFile))
      .digest('hex');
    expect(sha256).toBe(built.sha256);
  });

  it('is of the version that its recipe names', async () => {
    const [, locked] =
      /name = "wasmparser"\nversion = "([^"]+)"/.exec(await text('../recipe/Cargo.lock')) ?? [];
    expect(description.wasmparser).toBe(locked);
    expect(built.wasmparser).toBe(locked);
    expect(await text('../recipe/Cargo.toml')).toContain(`version = "=${locked}"`);
  });

  it('tells the features apart that the table lists', () => {
    // The first are looked for by the recipe, the others are parts of larger ones.
    const recipes = ['SHARED_MEMORY', 'CANCELLABLE', 'NAMES_THAT_DIFFER_IN_DASHES'];
    const unnamed = [...recipes, 'CALL_INDIRECT_OVERLONG', 'BULK_MEMORY_OPT'];
    const listed = Object.keys(features).filter((name) => !unnamed.includes(name));
    expect([...description.features].sort()).toEqual(listed.sort());
  });

  it('comes with the licences of what it is made of', async () => {
    const notices = await text('../wasm/NOTICE');
    const crates = [
      ...(await text('../recipe/Cargo.lock')).matchAll(/name = "([^"]+)"\nversion = "([^"]+)"\nsource/g),
    ];
    expect(crates.length).toBeGreaterThan(3);
    for (const [, name, version] of crates) expect(notices).toContain(`${name} ${version}`);
  });
});
