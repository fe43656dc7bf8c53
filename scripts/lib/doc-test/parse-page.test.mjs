import { expect, test } from 'vitest';
import { missingLine, parsePage } from './parse-page.mjs';

test('a page is commands, files and copies', () => {
  const page = `# Title
<!-- doc-test: copy examples/a.wasm a.wasm -->
<!-- doc-test: copy examples/a.wasm b.wasm Hello Howdy -->

\`\`\`yaml file=wadm.yaml
a: 1
\`\`\`

\`\`\`console test
$ one --flag \\
    two
first line
$ three
\`\`\`

\`\`\`console
$ for reading
\`\`\`

\`\`\`console test stays
$ server
… ready
\`\`\`

\`\`\`text test
answered
\`\`\`
`;
  expect(parsePage(page)).toEqual({
    isSlow: false,
    steps: [
      { kind: 'copy', from: 'examples/a.wasm', to: 'a.wasm' },
      { kind: 'copy', from: 'examples/a.wasm', to: 'b.wasm', replace: ['Hello', 'Howdy'] },
      { kind: 'file', path: 'wadm.yaml', text: 'a: 1\n' },
      {
        kind: 'commands',
        stays: false,
        commands: [
          { line: 10, command: 'one --flag \\\n    two', expected: ['first line'] },
          { line: 13, command: 'three', expected: [] },
        ],
      },
      { kind: 'commands', stays: true, commands: [{ line: 21, command: 'server', expected: ['… ready'] }] },
      { kind: 'shown', line: 25, expected: ['answered'] },
    ],
  });
});

test('a page may be slow', () => {
  expect(parsePage('<!-- doc-test: slow -->\n').isSlow).toBe(true);
});

test.each([
  '<!-- doc-test: run x -->',
  '<!-- doc-test: copy a b Hello Hi -->',
  '```console test\noutput\n```',
  '```console\n$ x',
])('%j is refused', (page) => {
  expect(() => parsePage(page)).toThrow(/^line 1|^line 2/);
});

test('output has the lines that are shown, in their order, with others between', () => {
  const output = 'starting\nhost NABC started\nserving at 8000\n';
  expect(missingLine(['host … started', 'serving'], output)).toBe(undefined);
  expect(missingLine(['serving', 'host … started'], output)).toBe('host … started');
  expect(missingLine(['serving at 80.0'], output)).toBe('serving at 80.0');
});
