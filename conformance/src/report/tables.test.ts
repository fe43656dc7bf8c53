import { describe, expect, it } from 'vitest';
import { failed, passed, passedByText, unsupported } from '../run/outcome.js';
import type { ScriptResult } from '../run/run-script.js';
import { withTables } from './document.js';
import { renderProblems, renderSuite } from './tables.js';

const results: readonly ScriptResult[] = [
  {
    file: 'b/one.wast',
    directives: [
      { line: 1, outcome: passed },
      { line: 2, outcome: failed('wrong value', 'f gave 1,\n  expected 2') },
      { line: 3, outcome: unsupported('it uses threads') },
    ],
  },
  { file: 'a/two.wast', directives: [{ line: 9, outcome: passedByText }] },
  { file: 'a/three.wast', directives: [], unreadable: 'SyntaxProblem: no' },
];

describe('the report', () => {
  it('counts directives by folder and by what became of them', () => {
    expect(renderSuite(results)).toBe(`\
| Folder  | Directives | Passed | Unsupported | Failed | Passed, % |
| ------- | ---------: | -----: | ----------: | -----: | --------: |
| a       |          2 |      1 |           0 |      1 |      50.0 |
| b       |          3 |      1 |           1 |      1 |      33.3 |
| **all** |          5 |      2 |           1 |      2 |      40.0 |

Of the 2 that passed, 1 are refusals by the parser of the text.

| Unsupported     | Directives |
| --------------- | ---------: |
| it uses threads |          1 |

| Failed         | Directives |
| -------------- | ---------: |
| wrong value    |          1 |
| not understood |          1 |`);
  });

  it('names what did not pass by its line', () => {
    expect(renderProblems(results, false)).toBe(
      'b/one.wast:2: wrong value: f gave 1, expected 2\na/three.wast: SyntaxProblem: no',
    );
    expect(renderProblems(results, true)).toContain('b/one.wast:3: unsupported: it uses threads');
  });

  it('takes the place of the one before in the document', () => {
    const mark = '<!-- begin: written by `pnpm conformance --write` -->';
    const document = `# Title\n\n${mark}\n\nold\n\n<!-- end -->\n\nrest\n`;
    expect(withTables(document, 'new')).toBe(`# Title\n\n${mark}\n\nnew\n\n<!-- end -->\n\nrest\n`);
    expect(() => withTables('# Title\n', 'new')).toThrow('has no lines');
  });
});
