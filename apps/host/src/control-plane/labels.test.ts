import { expect, it } from 'vitest';
import { createLabels } from './labels.js';

it('keeps the built-in labels from being set, whatever their case', () => {
  const labels = createLabels({ 'hostcore.os': 'linux' });
  expect(labels.put('hostcore.os', 'plan9')).toBe(false);
  expect(labels.put('HostCore.extra', 'x')).toBe(false);
  expect(labels.put('zone', 'a')).toBe(true);
  expect(labels.all()).toEqual({ 'hostcore.os': 'linux', zone: 'a' });
});

it('keeps the built-in labels from being deleted, whether they exist or not', () => {
  const labels = createLabels({ 'hostcore.os': 'linux' });
  expect(labels.delete('hostcore.os')).toBe('builtin');
  expect(labels.delete('HOSTCORE.none')).toBe('builtin');
  expect(labels.all()).toEqual({ 'hostcore.os': 'linux' });
});

it('tells whether a deleted label existed', () => {
  const labels = createLabels({ zone: 'a' });
  expect(labels.delete('zone')).toBe('deleted');
  expect(labels.delete('zone')).toBe('unknown');
});

it('satisfies constraints only by exact equality', () => {
  const labels = createLabels({ zone: 'a' });
  expect(labels.satisfy({})).toBe(true);
  expect(labels.satisfy({ zone: 'a' })).toBe(true);
  expect(labels.satisfy({ zone: 'A' })).toBe(false);
  expect(labels.satisfy({ rack: '1' })).toBe(false);
});
