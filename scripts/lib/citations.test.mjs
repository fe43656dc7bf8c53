import { describe, expect, test } from 'vitest';
import { describeProblem, findCitationProblems, numberedSections } from './citations.mjs';

const pages = {
  'docs/spec/wrpc.md': '# wRPC\n\n## 1. Subjects\n\n## 2. Calls\n\n### 2.1 Client\n\n### 2.10 Server\n',
  'docs/spec/wrpc-interfaces.md': '# Interfaces\n\n## 1. HTTP\n',
  'docs/spec/README.md': '# Pages\n',
  'docs/architecture.md': '# Architecture\n\n## Words\n',
};
const find = (files) => findCitationProblems(new Map(Object.entries({ ...pages, ...files })));
const findIn = (text) => find({ 'src/call.ts': text });
const textsIn = (text) => findIn(text).map((found) => found.text);

describe('a citation', () => {
  test.each([
    'of a section: // Accepted first (docs/spec/wrpc.md#2.1).',
    'at the end of a sentence: see docs/spec/wrpc.md#2.10.',
    'beside another: (docs/spec/wrpc.md#1, docs/spec/wrpc-interfaces.md#1)',
    'with an item of the section: (docs/spec/wrpc.md#2, trap 7)',
    'of a page: docs/spec/wrpc.md',
    'of another document: (docs/architecture.md)',
    'of a standard: (RFC 9110 §5.6.2)',
  ])('%s is fine', (text) => {
    expect(findIn(text)).toEqual([]);
  });

  test.each([
    [
      'of a page that is not there',
      'docs/spec/wprc.md#2.1',
      'names docs/spec/wprc.md, which is not in the repository',
    ],
    [
      'of a document that is not there',
      'docs/adr/0009-x.md',
      'names docs/adr/0009-x.md, which is not in the repository',
    ],
    [
      'of a section that is not there',
      'docs/spec/wrpc.md#2.2',
      'names section 2.2, which docs/spec/wrpc.md does not have',
    ],
    [
      'of the start of a number',
      'docs/spec/wrpc.md#2.1.1',
      'names section 2.1.1, which docs/spec/wrpc.md does not have',
    ],
    [
      'by the words of a heading',
      'docs/spec/wrpc.md#21-client',
      'names no section: write docs/spec/PAGE.md#NUMBER, the number of its heading',
    ],
    [
      'with nothing behind the sign',
      'docs/spec/wrpc.md#',
      'names no section: write docs/spec/PAGE.md#NUMBER, the number of its heading',
    ],
  ])('%s is a problem', (_title, text, problem) => {
    expect(findIn(`/** Calls (${text}). */`)).toEqual([{ file: 'src/call.ts', line: 1, text, problem }]);
  });

  test('is a problem where it has a problem, in the line that has it', () => {
    const problems = find({
      'a.md': 'fine\n\nsee docs/spec/wrpc.md#9 and docs/spec/wrpc.md#8\n',
      'b.ts': '// docs/x.md',
    });
    expect(problems.map(({ file, line, text }) => [file, line, text])).toEqual([
      ['a.md', 3, 'docs/spec/wrpc.md#9'],
      ['a.md', 3, 'docs/spec/wrpc.md#8'],
      ['b.ts', 1, 'docs/x.md'],
    ]);
  });
});

describe('another spelling', () => {
  test.each([
    'spec wrpc §2.1',
    'spec: wrpc-interfaces §1',
    'spec wrpc',
    'spec/wrpc.md',
    'wrpc.md §2.1',
    'wrpc.md#2.1',
    'wrpc-interfaces §1',
    'wrpc.md',
  ])('%s is a problem, reported once', (text) => {
    expect(findIn(`/** Calls (${text}). */`)).toEqual([
      {
        file: 'src/call.ts',
        line: 1,
        text,
        problem: 'is not how a section is cited: write docs/spec/PAGE.md#NUMBER',
      },
    ]);
  });

  test('a section sign alone is a problem outside of the pages', () => {
    expect(textsIn('(§1.3), (docs/spec/wrpc.md §2.1) and (design §4)')).toEqual(['§1.3', '§2.1', '§4']);
  });

  test.each(['(design: two planes)', 'house-style'])('%s points at nothing', (text) => {
    const problem = 'points at nothing in the repository: cite docs/adr/ or docs/architecture.md';
    expect(findIn(`// The router wraps it, ${text}`)).toEqual([
      { file: 'src/call.ts', line: 1, text, problem },
    ]);
  });

  test('words that only look like a page are none', () => {
    expect(
      findIn("import './wrpc.mdx'; const spec = wrpc; // test/wrpc.md, my-wrpc.md, the spec of wrpc"),
    ).toEqual([]);
  });
});

describe('within a page', () => {
  test('a section sign means a section of the page', () => {
    const text = '# Wadm\n\n## 1. API\n\nAs in §1, but not §1.2 (docs/spec/wrpc.md#2.1).\n';
    expect(find({ 'docs/spec/wadm.md': text })).toEqual([
      { file: 'docs/spec/wadm.md', line: 5, text: '§1.2', problem: 'is no section of this page' },
    ]);
  });

  test('targets of Markdown links are not looked at', () => {
    expect(find({ 'docs/spec/README.md': '[wRPC](wrpc.md), [others](../other.md#1)' })).toEqual([]);
  });
});

test('sections are the headings that begin with a number, outside of code', () => {
  const text =
    '# Title\n\n## 1. One\n\n### 1.12 `x`\n\n## Traps\n\n```sh\n# 3. no heading\n```\n\n## 4.2.1 Deep\n';
  expect([...numberedSections(text)]).toEqual(['1', '1.12', '4.2.1']);
});

test('a problem is told with file and line', () => {
  const [problem] = findIn('\n// docs/spec/wrpc.md#3');
  expect(describeProblem(problem)).toBe(
    "src/call.ts:2: 'docs/spec/wrpc.md#3' names section 3, which docs/spec/wrpc.md does not have",
  );
});
