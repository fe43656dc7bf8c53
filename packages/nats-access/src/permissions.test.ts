import { describe, expect, it } from 'vitest';
import { permissionsOf, SubjectNameError } from './permissions.js';
import { inboxPrefixOf, isRole, roles } from './role.js';

describe('permissions', () => {
  it('of a role are those of one lattice', () => {
    for (const role of roles) {
      const text = JSON.stringify(permissionsOf(role, { lattice: 'blue' }));
      expect(text).not.toMatch(/default\.(?!shutdown)/);
      expect(text).toContain(`${inboxPrefixOf(role)}.>`);
    }
  });

  it('of a provider or component with an id let it take no calls for others', () => {
    for (const role of ['provider', 'component'] as const) {
      const { subscribe } = permissionsOf(role, { lattice: 'default', id: 'kv' });
      expect(subscribe.allow).toContain('default.kv.wrpc.>');
      expect(subscribe.allow).not.toContain('default.*.wrpc.>');
    }
    expect(permissionsOf('provider', { lattice: 'default', id: 'kv' }).subscribe.allow).toContain(
      'wasmbus.rpc.default.kv.health',
    );
  });

  it('have the subjects of an application for providers alone', () => {
    const withApplication = roles.filter((role) =>
      permissionsOf(role, { lattice: 'default', applicationSubjects: ['orders.>'] }).publish.allow.includes(
        'orders.>',
      ),
    );
    expect(withApplication).toEqual(['provider']);
  });

  it.each(['', 'a.b', '*', '>', 'a b', 'a\n'])(
    'are not made for %j, which is more than a name in a subject',
    (name) => {
      expect(() => permissionsOf('host', { lattice: name })).toThrow(SubjectNameError);
      expect(() => permissionsOf('provider', { lattice: 'default', id: name })).toThrow(SubjectNameError);
    },
  );

  it('are known for roles alone', () => {
    expect([isRole('viewer'), isRole('toString'), isRole('__proto__')]).toEqual([true, false, false]);
  });
});
