import { expect, it } from 'vitest';
import { onConfigChangeKey as key, onConfigChangeOf } from './on-config-change.js';

it('is said by an annotation, else by the config, else a provider is told', () => {
  expect(onConfigChangeOf({ [key]: 'replace' }, { [key]: 'restart' })).toBe('replace');
  expect(onConfigChangeOf({}, { [key]: 'restart' })).toBe('restart');
  expect(onConfigChangeOf({}, {})).toBe('tell');
});

it('names what it may be', () => {
  expect(() => onConfigChangeOf({ [key]: 'reload' }, {})).toThrow(
    'annotation wasmlattice.dev/on-config-change must be tell, replace, restart, and is "reload"',
  );
});
