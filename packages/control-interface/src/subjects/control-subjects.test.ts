import { describe, expect, it } from 'vitest';
import type { ControlOperation } from './control-subjects.js';
import * as subjects from './control-subjects.js';

const scope = { prefix: 'wasmbus.ctl', lattice: 'default' };
const { parseControlSubject } = subjects;

describe('control subjects', () => {
  const cases: readonly [string, string, ControlOperation][] = [
    [subjects.hostPingSubject(scope), 'host.ping', { kind: 'host.ping' }],
    [subjects.hostGetSubject(scope, 'N1'), 'host.get.N1', { kind: 'host.get', hostId: 'N1' }],
    [subjects.hostStopSubject(scope, 'N1'), 'host.stop.N1', { kind: 'host.stop', hostId: 'N1' }],
    [subjects.labelPutSubject(scope, 'N1'), 'label.put.N1', { kind: 'label.put', hostId: 'N1' }],
    [subjects.labelDeleteSubject(scope, 'N1'), 'label.del.N1', { kind: 'label.del', hostId: 'N1' }],
    [subjects.componentAuctionSubject(scope), 'component.auction', { kind: 'component.auction' }],
    [
      subjects.componentScaleSubject(scope, 'N1'),
      'component.scale.N1',
      { kind: 'component.scale', hostId: 'N1' },
    ],
    [
      subjects.componentUpdateSubject(scope, 'N1'),
      'component.update.N1',
      { kind: 'component.update', hostId: 'N1' },
    ],
    [
      subjects.componentCanarySubject(scope, 'N1'),
      'component.canary.N1',
      { kind: 'component.canary', hostId: 'N1' },
    ],
    [subjects.providerAuctionSubject(scope), 'provider.auction', { kind: 'provider.auction' }],
    [
      subjects.providerStartSubject(scope, 'N1'),
      'provider.start.N1',
      { kind: 'provider.start', hostId: 'N1' },
    ],
    [subjects.providerStopSubject(scope, 'N1'), 'provider.stop.N1', { kind: 'provider.stop', hostId: 'N1' }],
    [subjects.linkGetSubject(scope), 'link.get', { kind: 'link.get' }],
    [subjects.linkPutSubject(scope), 'link.put', { kind: 'link.put' }],
    [subjects.linkDeleteSubject(scope), 'link.del', { kind: 'link.del' }],
    [subjects.configGetSubject(scope, 'c'), 'config.get.c', { kind: 'config.get', name: 'c' }],
    [subjects.configPutSubject(scope, 'c'), 'config.put.c', { kind: 'config.put', name: 'c' }],
    [subjects.configDeleteSubject(scope, 'c'), 'config.del.c', { kind: 'config.del', name: 'c' }],
    [subjects.claimsGetSubject(scope), 'claims.get', { kind: 'claims.get' }],
    [subjects.registryPutSubject(scope), 'registry.put', { kind: 'registry.put' }],
  ];

  it.each(cases)('%s is %s below the root and parses back', (subject, tail, operation) => {
    expect(subject).toBe(`wasmbus.ctl.v1.default.${tail}`);
    expect(parseControlSubject(scope, subject)).toEqual(operation);
  });

  it.each([
    'host.ping.N1',
    'host.get',
    'host.get.N1.x',
    'host.list.N1',
    'component.auction.N1',
    'component.scale',
    'component.scale.N1.x',
    'provider.restart.N1',
    'link.list',
    'link.put.x',
    'config.get',
    'config.get.a.b',
    'config.list.a',
    'claims.put',
    'registry.get',
    'label',
    '',
  ])('has no operation %j: extra and missing tokens are not tolerated', (tail) => {
    expect(parseControlSubject(scope, `wasmbus.ctl.v1.default.${tail}`)).toBeUndefined();
  });

  it.each([
    'wasmbus.ctl.v1.other.host.ping',
    'wasmbus.ctl.v2.default.host.ping',
    'ctl.v1.default.host.ping',
    '',
  ])('does not take %j for its own', (subject) => {
    expect(parseControlSubject(scope, subject)).toBeUndefined();
  });

  it('takes a prefix of any length', () => {
    const own = { prefix: 'my.own.prefix', lattice: 'lab' };
    expect(subjects.hostPingSubject(own)).toBe('my.own.prefix.v1.lab.host.ping');
    expect(parseControlSubject(own, 'my.own.prefix.v1.lab.host.ping')).toEqual({ kind: 'host.ping' });
  });

  it('refuses names that would change the subject', () => {
    expect(() => subjects.hostGetSubject(scope, 'N1.x')).toThrow('invalid host id');
    expect(() => subjects.configGetSubject(scope, 'a.b')).toThrow('invalid config');
    expect(() => subjects.hostPingSubject({ ...scope, lattice: '*' })).toThrow('invalid lattice');
  });
});

describe('controlSubscriptions', () => {
  it('are those of the spec, with its queue groups', () => {
    const root = 'wasmbus.ctl.v1.default';
    expect(subjects.controlSubscriptions(scope, 'N1', { component: true, provider: true })).toEqual([
      { subject: `${root}.registry.put` },
      { subject: `${root}.host.ping` },
      { subject: `${root}.component.auction` },
      { subject: `${root}.provider.auction` },
      { subject: `${root}.component.*.N1` },
      { subject: `${root}.provider.*.N1` },
      { subject: `${root}.label.*.N1` },
      { subject: `${root}.host.*.N1` },
      { subject: `${root}.link.*`, queue: `${root}.link` },
      { subject: `${root}.claims.get`, queue: `${root}.claims` },
      { subject: `${root}.config.>`, queue: `${root}.config` },
    ]);
  });

  it('leave out the auctions a host does not take part in', () => {
    const listed = subjects
      .controlSubscriptions(scope, 'N1', { component: false, provider: false })
      .map(({ subject }) => subject);
    expect(listed.filter((subject) => subject.endsWith('.auction'))).toEqual([]);
  });
});
