import { describe, expect, it } from 'vitest';
import { KeeperJournal } from './keeper-journal.js';

const minute = 60_000;

function journal() {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const kept = new KeeperJournal({ hostId: 'N1', settleMs: 15_000, now: () => now });
  return {
    kept,
    pass: (ms: number) => {
      now += ms;
    },
    notes: () => kept.report(undefined)?.notes.map(({ at, message }) => `${at.slice(11, 16)} ${message}`),
    leaves: (hostId: string, reason = 'it is silent') =>
      kept.host({
        kind: 'gone',
        hostId,
        friendlyName: `name-${hostId}`,
        reason,
        isOrderly: reason === 'it stopped',
      }),
  };
}

describe('the journal of who keeps applications', () => {
  it('says nothing before the host acts, and then since when, why, and what it waits for', () => {
    const { kept, pass } = journal();
    expect(kept.report(undefined)).toBeUndefined();
    pass(minute);
    kept.begins({ reason: 'nobody kept them before', isOrderly: true });
    expect(kept.report('the lease')).toEqual({
      host: 'N1',
      since: '2026-01-01T00:01:00.000Z',
      reason: 'nobody kept them before',
      waitsFor: 'the lease',
      notes: [],
    });
  });

  it('tells of hosts that were lost, of those that were stopped only when they come and go, and forgets both', () => {
    const { kept, leaves, notes, pass } = journal();
    kept.begins({ reason: 'nobody kept them before', isOrderly: true });
    leaves('N2');
    leaves('N3', 'it stopped');
    expect(notes()).toEqual(['00:00 host name-N2 (N2) is gone: it is silent']);
    kept.host({ kind: 'back', hostId: 'N3' });
    pass(minute);
    leaves('N3', 'it stopped');
    expect(notes()?.at(-1)).toBe(
      '00:01 host name-N3 (N3) is gone: it stopped, 2 times in 10 minutes: nothing moves to it before it is here for 15 s',
    );
    kept.host({ kind: 'back', hostId: 'N2' });
    expect(notes()?.[0]).toBe('00:00 host name-N2 (N2) was gone (it is silent) and is back');
    pass(9.5 * minute);
    expect(notes()).toEqual([]);
  });

  it('tells of a lease that was lost, of one that lapsed elsewhere, and of a wadm', () => {
    const { kept, notes, pass } = journal();
    kept.begins({ reason: 'host N2 did before, and did not renew its lease for 1.8 s', isOrderly: false });
    pass(minute);
    kept.lost('its connection to NATS was lost');
    pass(minute);
    kept.begins({ reason: 'the host before gave it up', isOrderly: true });
    kept.wadmIsGone();
    expect(notes()).toEqual([
      '00:00 host N1 keeps the applications now: host N2 did before, and did not renew its lease for 1.8 s',
      '00:01 host N1 lost the lease: its connection to NATS was lost',
      '00:02 a wadm kept the applications; host N1 does again',
    ]);
    expect(kept.report(undefined)?.reason).toBe('a wadm kept them before, and is gone');
  });

  it('tells of the latest alone where many hosts are lost at once', () => {
    const { kept, leaves, notes, pass } = journal();
    kept.begins({ reason: 'nobody kept them before', isOrderly: true });
    for (let host = 0; host < 500; host++) {
      pass(1);
      leaves(`H${host}`);
    }
    expect(notes()).toHaveLength(20);
    expect(notes()?.at(-1)).toContain('H499');
  });

  it('goes on from what another host knew of hosts, and tells what goes on waiting, by the names of hosts', () => {
    const { kept, leaves, notes } = journal();
    kept.begins({ reason: 'nobody kept them before', isOrderly: true });
    const absence = { label: 'name-N3 (N3)', reason: 'it is silent', isOrderly: false, isHere: true };
    kept.knows([{ ...absence, hostId: 'N3', goneMs: [2 * minute, minute] }]);
    expect(kept.absences()).toEqual([{ ...absence, hostId: 'N3', goneMs: [2 * minute, minute] }]);
    leaves('N3');
    // What this host has seen itself is more than what it is told.
    kept.knows([{ ...absence, hostId: 'N3', goneMs: [minute] }]);
    const failure = { digest: '', times: 4, reason: 'no image', ageMs: 0 };
    const failures = Array.from({ length: 7 }, (_, index) => ({
      ...failure,
      key: `component N3 web${index}`,
    }));
    kept.carriesOn([{ ...failure, key: 'config words' }, ...failures], (hostId) => `name-${hostId}`);
    expect(notes()).toEqual([
      '00:00 what failed, or did not stay, before host N1 acted goes on waiting: config words (4 times), ' +
        'web0 on name-N3 (4 times), web1 on name-N3 (4 times), web2 on name-N3 (4 times), web3 on name-N3 (4 times) and 3 more',
      expect.stringContaining('host name-N3 (N3) is gone: it is silent, 3 times in 10 minutes'),
    ]);
  });
});
