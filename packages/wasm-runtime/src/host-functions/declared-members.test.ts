import { func } from '@wasmlattice/rpc';
import { expect, it } from 'vitest';
import { DeclaredMembers } from './declared-members.js';

class Thing {
  static make(): void {}
  read(): void {}
}

const names = [
  'run',
  'to-string',
  '__proto__',
  '[constructor]thing',
  '[static]thing.make',
  '[static]thing.bind',
  '[static]thing.name',
  '[static]thing.prototype',
  '[method]thing.read',
  '[method]thing.to-string',
  '[method]thing.has-own-property',
  '[static]other.make',
];

it('finds what is declared and implemented, and nothing that objects and functions have anyway', () => {
  const members = { run: () => 1, other: () => 2, Thing };
  const functions = names.map((name) => func(name, []));
  const bound = new DeclaredMembers({ functions, resources: ['thing', 'to-string'] }).bind(members);
  expect(
    Object.fromEntries(names.flatMap((name) => (bound.func(name) ? [[name, bound.func(name)]] : []))),
  ).toEqual({
    run: members.run,
    '[constructor]thing': Thing,
    '[static]thing.make': Thing.make,
    '[method]thing.read': Thing.prototype.read,
  });
  expect(bound.resource('thing')).toBe(Thing);
  expect(bound.resource('to-string')).toBeUndefined();
  expect(bound.func('other')).toBeUndefined();
});
