import { expect, it } from 'vitest';
import { parseChallenge } from './challenge.js';

it.each([
  [
    'Bearer realm="https://auth.io/token",service="r",scope="repository:a/b:pull,push"',
    { scheme: 'bearer', realm: 'https://auth.io/token', service: 'r', scope: 'repository:a/b:pull,push' },
  ],
  [
    'bearer realm=https://a.io/t',
    { scheme: 'bearer', realm: 'https://a.io/t', service: undefined, scope: undefined },
  ],
  [
    'Basic realm="x", Bearer realm="https://a.io/\\"t"',
    { scheme: 'bearer', realm: 'https://a.io/"t', service: undefined, scope: undefined },
  ],
  ['Basic realm="a, b"', { scheme: 'basic' }],
  ['Basic', { scheme: 'basic' }],
  ['Bearer service="x"', undefined],
  ['Negotiate', undefined],
  [undefined, undefined],
])('%s', (header, challenge) => {
  expect(parseChallenge(header)).toEqual(challenge);
});
