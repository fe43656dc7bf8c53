import { expect, test } from 'vitest';
import { contentProblems } from './package-content.mjs';

const good = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'dist/main.js'];
const manifest = {
  description: 'does something',
  license: 'Apache-2.0',
  repository: { type: 'git', url: 'git+https://example.org/x.git', directory: 'packages/x' },
  sideEffects: false,
  engines: { node: '>=26' },
  files: ['dist'],
  exports: {
    '.': { types: './dist/index.d.ts', default: './dist/index.js' },
    './package.json': './package.json',
  },
  bin: { tool: './dist/main.js' },
  dependencies: { other: '^0.1.0' },
};
const problems = (files, changes = {}) =>
  contentProblems(new Map(files.map((name) => [name, Buffer.alloc(0)])), { ...manifest, ...changes });

test('a package with all it needs has no problems', () => {
  expect(problems(good)).toEqual([]);
});

test.each(['README.md', 'LICENSE'])('a missing %s is a problem', (name) => {
  expect(problems(good.filter((file) => file !== name))).toEqual([`${name} is missing`]);
});

test.each([
  'dist/a.test.js',
  'dist/a.test.d.ts',
  'dist/.tsbuildinfo',
  'src/a.test.ts',
  'tests/x.js',
  'dist/testing/a.js',
  'src/deep/testing/a.ts',
])('%s does not belong into a package', (name) => {
  expect(problems([...good, name])).toEqual([`${name} should not be published`]);
});

test('test helpers belong into a package that exports them', () => {
  const testing = { types: './dist/testing/index.d.ts', default: './dist/testing/index.js' };
  const helpers = ['dist/testing/index.js', 'dist/testing/index.d.ts', 'src/testing/index.ts'];
  expect(problems([...good, ...helpers], { exports: { './testing': testing } })).toEqual([]);
});

test('a way to the sources is a problem', () => {
  const entry = { ...manifest.exports['.'], development: './src/index.ts' };
  expect(problems([...good, 'src/index.ts'], { exports: { '.': entry } })).toEqual([
    'exports["."] has the condition development',
  ]);
});

test('a map to a source that was not packed is a problem', () => {
  const files = new Map(good.map((name) => [name, Buffer.alloc(0)]));
  files.set('dist/deep/a.js.map', Buffer.from(JSON.stringify({ sources: ['../../src/deep/a.ts'] })));
  const problem = 'dist/deep/a.js.map points to src/deep/a.ts, which is not in the package';
  expect(contentProblems(files, manifest)).toEqual([problem]);
  files.set('src/deep/a.ts', Buffer.alloc(0));
  expect(contentProblems(files, manifest)).toEqual([]);
});

test('a map that has the source itself is none', () => {
  const files = new Map(good.map((name) => [name, Buffer.alloc(0)]));
  const map = { sources: ['../../other/src/a.ts'], sourcesContent: ['export {};'] };
  files.set('dist/a.js.map', Buffer.from(JSON.stringify(map)));
  expect(contentProblems(files, manifest)).toEqual([]);
});

test('an export without its file is a problem', () => {
  const missing = 'exports["."]["default"] names dist/index.js, which is not in the package';
  expect(problems(good.filter((file) => file !== 'dist/index.js'))).toEqual([missing]);
});

test('a command without its file is a problem', () => {
  expect(problems(good.filter((file) => file !== 'dist/main.js'))).toHaveLength(1);
});

test('an export without types is a problem', () => {
  expect(problems(good, { exports: { '.': './dist/index.js' } })).toEqual(['exports["."] has no types']);
});

test.each(['workspace:^', 'catalog:'])('a dependency on %s is a problem', (version) => {
  expect(problems(good, { dependencies: { other: version } })).toHaveLength(1);
});

test.each(['description', 'license', 'sideEffects', 'engines', 'files'])(
  'a manifest without %s is a problem',
  (field) => {
    expect(problems(good, { [field]: undefined })).toEqual([`package.json does not say "${field}"`]);
  },
);

test('a repository without the folder of the package is a problem', () => {
  const repository = { type: 'git', url: manifest.repository.url };
  expect(problems(good, { repository })).toEqual(['package.json does not say "repository.directory"']);
});

test('a copy of nats of its own is a problem', () => {
  expect(problems(good, { bin: undefined, dependencies: { nats: '^2.29.3' } })).toEqual([
    'nats is a dependency: make it a peer, two copies of it break programs',
  ]);
  expect(problems(good, { dependencies: { nats: '2.29.3' } })).toEqual([
    'dependencies pin nats to 2.29.3, which makes a second copy',
  ]);
  expect(problems(good, { dependencies: { nats: '^2.29.3' } })).toEqual([]);
});
