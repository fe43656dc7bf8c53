import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parseHostConfig } from '../config.js';
import { hostVersion } from './host-version.js';
import { settingsMarkdown } from './settings-markdown.js';

const packageFolder = new URL('../../', import.meta.url);

it('the README lists every setting as it is', async () => {
  const readme = await readFile(new URL('README.md', packageFolder), 'utf8');
  const section = readme.split('<!-- flags -->\n')[1]?.split('<!-- end of flags -->')[0]?.trim();
  expect(section, 'replace the section with the output of `wasmlattice-host --help-markdown`').toBe(
    settingsMarkdown().trim(),
  );
});

it('--help-markdown prints the same', () => {
  expect(parseHostConfig(['--help-markdown'], {})).toEqual({ kind: 'print', text: settingsMarkdown() });
});

it('the version is that of the package', async () => {
  const packageFile = await readFile(new URL('package.json', packageFolder), 'utf8');
  expect(JSON.parse(packageFile)).toMatchObject({ version: hostVersion });
});
