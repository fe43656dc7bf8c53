import { describe, expect, it } from 'vitest';
import {
  checkComponentId,
  checkConfigName,
  checkControlPrefix,
  checkLatticeName,
  checkToken,
} from './names.js';

describe('names', () => {
  it.each(['default', 'my_lattice-2'])('takes %j for a lattice', (name) => {
    expect(checkLatticeName(name)).toBe(name);
  });

  it.each(['', 'a.b', 'a b', '*', 'a/b', 'ü'])('refuses %j for a lattice', (name) => {
    expect(() => checkLatticeName(name)).toThrow(
      expect.objectContaining({ name: 'InvalidNameError', kind: 'lattice' }),
    );
  });

  it.each(['hello', 'app-http_counter', 'a/b=c'])('takes %j for a component and a config', (name) => {
    expect(checkComponentId(name)).toBe(name);
    expect(checkConfigName(name)).toBe(name);
  });

  it.each(['', 'a.b', 'a b', '>', 'x\n'])('refuses %j for a component and a config', (name) => {
    expect(() => checkComponentId(name)).toThrow(
      `invalid component or provider id ${JSON.stringify(name)}: use`,
    );
    expect(() => checkConfigName(name)).toThrow(`invalid config ${JSON.stringify(name)}: use`);
  });

  it.each(['', 'a.b', 'N*', 'N ', '>'])('refuses %j for a host id', (name) => {
    expect(() => checkToken('host id', name)).toThrow('invalid host id');
  });

  it('takes a prefix of any number of tokens', () => {
    expect(checkControlPrefix('ctl')).toBe('ctl');
    expect(checkControlPrefix('a.b.c')).toBe('a.b.c');
    expect(() => checkControlPrefix('a..c')).toThrow('invalid control prefix');
    expect(() => checkControlPrefix('a.>')).toThrow('invalid control prefix');
  });
});
