import { describe, expect, it } from 'vitest';
import { allEventsSubject, eventSubject, parseEventSubject } from './subjects.js';

describe('event subjects', () => {
  it('have four tokens, the short name last', () => {
    expect(eventSubject('default', 'config_set')).toBe('wasmbus.evt.default.config_set');
    expect(allEventsSubject('default')).toBe('wasmbus.evt.default.*');
    expect(() => eventSubject('a.b', 'config_set')).toThrow('invalid lattice');
  });

  it('parse back, whatever the name', () => {
    expect(parseEventSubject('wasmbus.evt.default.config_set')).toEqual({
      lattice: 'default',
      name: 'config_set',
    });
    expect(parseEventSubject('wasmbus.evt.lab.new_thing')).toEqual({ lattice: 'lab', name: 'new_thing' });
  });

  it.each(['wasmbus.evt.default', 'wasmbus.evt.default.a.b', 'wasmbus.ctl.default.a', ''])(
    'are not of the form %j',
    (subject) => {
      expect(parseEventSubject(subject)).toBeUndefined();
    },
  );
});
