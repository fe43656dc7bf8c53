import { expect, it } from 'vitest';
import { createTestIo } from '../testing/test-io.js';
import { parseHostRecord } from './host-record.js';
import { DevTerminal } from './terminal.js';

function shown(record: object, { verbose = false, showsProviders = false } = {}): string {
  const io = createTestIo();
  const terminal = new DevTerminal(io, { verbose, showsProviders });
  terminal.positions = (text) => text.replace('shop.js:2:1', 'src/cart.ts:5:3');
  const parsed = parseHostRecord(JSON.stringify(record));
  if (parsed !== undefined) terminal.record(parsed);
  return io.output;
}

const guest = (message: string, fields: object = {}, level = 'INFO') => ({
  level,
  target: 'component',
  fields: { message, component: 'shop', ...fields },
});

it('shows what a guest prints, and its errors by their place in the sources', () => {
  expect(shown(guest('one item', { stream: 'stdout' }))).toBe('| one item\n');
  expect(shown(guest('  add@shop.js:2:1', { stream: 'stderr' }, 'WARN'))).toBe('!   add@src/cart.ts:5:3\n');
  expect(shown(guest('', { stream: 'stderr' }, 'WARN'))).toBe('');
});

it('shows why a guest trapped, with all that is known', () => {
  expect(shown(guest('the guest trapped: unreachable', { guest_backtrace: 'a\nb' }, 'WARN'))).toBe(
    '! the guest trapped: unreachable\n! guest_backtrace:\n! a\n! b\n',
  );
});

it('shows of the host what is wrong, and all of it when asked', () => {
  const record = (level: string) => ({
    level,
    target: 'host',
    fields: { message: 'links changed', link: 'kv' },
  });
  expect(shown(record('INFO'))).toBe('');
  expect(shown(record('INFO'), { verbose: true })).toBe('host info: links changed link=kv\n');
  expect(shown(record('WARN'))).toBe('host warn: links changed link=kv\n');
});

it('shows what providers write to those who develop one', () => {
  const record = {
    level: 'INFO',
    target: 'host.providers',
    fields: { message: 'greeter: it greets', provider: 'greeter', stream: 'stderr' },
  };
  expect(shown(record)).toBe('');
  expect(shown(record, { showsProviders: true })).toBe('| greeter: it greets\n');
});

it.each(['no JSON', '{}', '1', 'null'])('a line that is no record is none: %s', (line) => {
  expect(parseHostRecord(line)).toBeUndefined();
});
