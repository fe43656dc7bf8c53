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
      expect(subscribe.allow.filter((subject) => subject.startsWith('default.'))).toEqual([
        'default.kv.wrpc.>',
        'default.kv.*.wrpc.>',
      ]);
      expect(subscribe.allow).toContain(`_INBOX_${role}.kv.>`);
      expect(subscribe.allow).not.toContain(`_INBOX_${role}.>`);
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
      expect(() => permissionsOf('host', { lattice: 'default', jsDomain: name })).toThrow(SubjectNameError);
    },
  );

  it('of a host are for the JetStream of the domain that it is told', () => {
    const { publish } = permissionsOf('host', { lattice: 'default', jsDomain: 'hub' });
    expect(publish.allow).toContain('$JS.hub.API.STREAM.INFO.KV_LATTICEDATA_default');
    expect(publish.allow.filter((subject) => subject.startsWith('$JS.API'))).toEqual([]);
  });

  it('are known for roles alone', () => {
    expect([isRole('viewer'), isRole('toString'), isRole('__proto__')]).toEqual([true, false, false]);
  });

  it('let an operator store applications where nobody serves them, and follow or delete nothing', () => {
    const { allow } = permissionsOf('operator', { lattice: 'default' }).publish;
    const stored = allow.filter((subject) => subject.includes('wadm_manifests'));
    expect(stored).toContain('$KV.wadm_manifests.>');
    expect(stored.filter((subject) => /CONSUMER|DELETE|PURGE|UPDATE/.test(subject))).toEqual([]);
    expect(allow.filter((subject) => /LATTICEDATA|CONFIGDATA/.test(subject))).toEqual([]);
  });

  it('let a viewer see which applications there are, and not their manifests, which have the values of configs', () => {
    const { allow } = permissionsOf('viewer', { lattice: 'default' }).publish;
    expect(allow.filter((subject) => /wadm|JS|KV/.test(subject))).toEqual([
      'wadm.api.default.model.list',
      'wadm.api.default.model.get',
      'wadm.api.default.model.versions.*',
      'wadm.api.default.model.history.*',
      'wadm.api.default.model.status.*',
    ]);
  });
});
