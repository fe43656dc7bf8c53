import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { accountsConfig } from './server-config.js';

it('the template of the repository has the users of lattice default, as they are', async () => {
  const template = await readFile(new URL('../../../deploy/nats/lattice.conf', import.meta.url), 'utf8');
  const start = template.indexOf('accounts {');
  expect(template.slice(start)).toBe(
    accountsConfig(
      { lattice: 'default' },
      (role) => `$WASMLATTICE_${role.toUpperCase().replaceAll('-', '_')}_KEY`,
    ),
  );
});
