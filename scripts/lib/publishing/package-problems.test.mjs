import { expect, test } from 'vitest';
import { foreignVersions, reportProblems } from './package-problems.mjs';

const versions = new Map([['@wasmlattice/rpc', '0.2.0']]);
const problems = (dependencies) => foreignVersions({ dependencies }, versions);

test('packages of ours are wanted in the version that is published with them', () => {
  expect(problems({ '@wasmlattice/rpc': '^0.2.0', yaml: '2.9.1' })).toEqual([]);
  expect(problems({ '@wasmlattice/rpc': '^0.1.0' })).toEqual([
    'dependencies has @wasmlattice/rpc@^0.1.0, published is 0.2.0',
  ]);
});

test('a package that stays private is nothing to depend on', () => {
  expect(problems({ '@wasmlattice/test-support': '^0.0.0' })).toEqual([
    'dependencies has @wasmlattice/test-support, which is not published',
  ]);
});

test('a report counts packages with problems', () => {
  let text = '';
  const failed = reportProblems(
    [
      { name: 'a', problems: [] },
      { name: 'b', problems: ['no README', 'no LICENSE'] },
    ],
    (part) => {
      text += part;
    },
  );
  expect([failed, text]).toEqual([1, 'ok   a\nBAD  b\n       no README\n       no LICENSE\n']);
});
