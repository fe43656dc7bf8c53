import { relative, sep } from 'node:path';
import { expect, test } from 'vitest';
import { dependencyProblems } from './dependency-rules.mjs';
import { root } from './paths.mjs';
import { workspacePackages } from './workspace.mjs';

const problems = (folder, manifest) => dependencyProblems([{ folder, manifest }]);

test('the packages of this workspace depend on what they may', async () => {
  const packages = (await workspacePackages()).map(({ path, manifest }) => ({
    folder: relative(root, path).split(sep).join('/'),
    manifest,
  }));
  const names = packages.map(({ manifest }) => manifest.name);
  expect(names).toEqual(
    expect.arrayContaining(['@wasmlattice/rpc', '@wasmlattice/telemetry', '@wasmlattice/telemetry-otlp']),
  );
  expect(dependencyProblems(packages)).toEqual([]);
});

test.each(['dependencies', 'peerDependencies', 'optionalDependencies'])('telemetry has no %s', (field) => {
  const name = '@wasmlattice/telemetry';
  expect(problems('packages/telemetry', { name, [field]: { nats: '1' } })).toEqual([
    '@wasmlattice/telemetry depends on nats, which every install of it brings: it may depend on nothing',
  ]);
});

test('rpc brings telemetry and nats alone', () => {
  const name = '@wasmlattice/rpc';
  const dependencies = { '@wasmlattice/telemetry': '1' };
  expect(problems('packages/rpc', { name, dependencies, peerDependencies: { nats: '2' } })).toEqual([]);
  expect(problems('packages/rpc', { name, dependencies: { ...dependencies, msgpackr: '2' } })).toEqual([
    expect.stringContaining('it may depend on @wasmlattice/telemetry and nats'),
  ]);
});

test('what only tests use and optional peers are not counted', () => {
  const manifest = {
    name: '@wasmlattice/rpc',
    devDependencies: { 'fast-check': '4' },
    peerDependencies: { vitest: '5' },
    peerDependenciesMeta: { vitest: { optional: true } },
  };
  expect(problems('packages/rpc', manifest)).toEqual([]);
});

test.each(['apps/host', 'apps/providers/keyvalue-nats', 'bench', 'test-e2e'])(
  '%s may export over OTLP',
  (folder) => {
    const manifest = { name: 'app', dependencies: { '@wasmlattice/telemetry-otlp': '1' } };
    expect(problems(folder, manifest)).toEqual([]);
  },
);

test.each(['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'])(
  'a library has no telemetry-otlp among its %s',
  (field) => {
    const manifest = { name: 'library', [field]: { '@wasmlattice/telemetry-otlp': '1' } };
    expect(problems('packages/library', manifest)).toEqual([
      'library depends on @wasmlattice/telemetry-otlp, which is for apps, bench, test-e2e only',
    ]);
  },
);
