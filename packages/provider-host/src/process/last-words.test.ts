import { expect, it } from 'vitest';
import { describeLastWords, shortenLines } from './last-words.js';

it('the last words have what a process died of, not where', () => {
  const written = [
    'file:///srv/greeter.ts:3',
    "import { greterExports } from './greeter-wit.ts';",
    '         ^^^^^^^^^^^^^',
    "SyntaxError: The requested module './greeter-wit.ts' does not provide an export named 'greterExports'",
    '    at #asyncInstantiate (node:internal/modules/esm/module_job:463:21)',
    ...Array.from(
      { length: 6 },
      (_, i) => `    at async frame${i} (node:internal/modules/esm/loader:650:26)`,
    ),
    '',
    'Node.js v26.10.0',
  ];
  expect(shortenLines(written)).toEqual(written.slice(0, 4));
  expect(describeLastWords(written)).toMatch(/last words: .*named 'greterExports'$/);
});

it('the last words are the last lines, cut, also where they are nothing but a stack', () => {
  const lines = ['1', '2', '3', '4', '5', `6${'x'.repeat(400)}`];
  expect(shortenLines(lines)).toEqual(['2', '3', '4', '5', `6${'x'.repeat(299)}`]);
  expect(shortenLines(['    at a', '    at b'])).toEqual(['    at a', '    at b']);
  expect(describeLastWords([])).toBe('; it wrote nothing to standard error');
});
