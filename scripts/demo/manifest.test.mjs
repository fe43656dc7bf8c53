import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root } from '../lib/paths.mjs';
import { writeManifestWithAddress } from './manifest.mjs';

let folder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manifest-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the copy has the new address and images that need no folder', async () => {
  const source = join(root, 'examples/http-counter/wadm.yaml');
  const target = await writeManifestWithAddress(source, join(folder, 'copy.yaml'), '127.0.0.1:9999');
  const { spec } = JSON.parse(await readFile(target, 'utf8'));
  const properties = (name) => spec.components.find((component) => component.name === name).properties;

  expect(JSON.stringify(spec)).toContain('"address":"127.0.0.1:9999"');
  expect(JSON.stringify(spec)).not.toContain('8000');
  expect(fileURLToPath(properties('http-counter').image)).toBe(
    join(root, 'examples/http-counter/dist/http-counter.wasm'),
  );
  expect(fileURLToPath(properties('keyvalue').image)).toBe(
    join(root, 'apps/providers/keyvalue-nats/dist/main.js'),
  );
  expect(properties('http-server').image).toBe('wasmcloud+builtin://http-server');
});
