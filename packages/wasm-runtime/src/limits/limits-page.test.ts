import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { limitsMarkdown } from './testing/limits-markdown.js';

it('docs/limits.md has the table of limits as it is', async () => {
  const page = await readFile(new URL('../../../../docs/limits.md', import.meta.url), 'utf8');
  const section = page.split('<!-- limits -->\n')[1]?.split('<!-- end of limits -->')[0]?.trim();
  expect(section, 'replace the section between the marks with what was expected').toBe(limitsMarkdown());
});
