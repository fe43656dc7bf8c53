import { expect, test } from 'vitest';
import { readmeOf } from './readme-samples.mjs';

const natsUrl = 'nats://127.0.0.1:5555';

test('a README says what to install and what to run', () => {
  const text =
    "# x\n\n```ts\nawait connect('nats://127.0.0.1:4222');\n```\n\nInstall: `npm install @wasmlattice/rpc nats`.\n";
  expect(readmeOf('@wasmlattice/rpc', text, { natsUrl })).toEqual({
    install: ['@wasmlattice/rpc', 'nats'],
    wants: undefined,
    sample: `await connect('${natsUrl}');\n`,
  });
});

test('a README that says nothing is that of a package to install by its name', () => {
  expect(readmeOf('@wasmlattice/host', '# x\n', { natsUrl })).toEqual({ install: ['@wasmlattice/host'] });
});

test('a sample that wants more than an empty folder has is left to the tests beside it', () => {
  const { sample, wants } = readmeOf('@wasmlattice/artifacts', '```ts\nx();\n```\n', { natsUrl });
  expect([sample, wants]).toEqual([undefined, 'a registry with an artifact']);
});
