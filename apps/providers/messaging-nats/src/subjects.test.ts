import { describe, expect, it } from 'vitest';
import { isFilter, isQueueName, isSubject } from './subjects.js';

describe('subjects', () => {
  it.each(['a', 'orders.new', '$SYS.REQ.x', '_INBOX.1.2', 'ü.ö'])('%j can be published to', (subject) => {
    expect(isSubject(subject)).toBe(true);
    expect(isFilter(subject)).toBe(true);
  });

  it.each(['', 'a.', '.a', 'a..b', 'a b', 'a\r\nPUB b 1\r\n', 'a\tb', 'a\0'])('%j is none', (subject) => {
    expect(isSubject(subject)).toBe(false);
    expect(isFilter(subject)).toBe(false);
    expect(isQueueName(subject)).toBe(false);
  });

  it.each(['*', 'a.*.c', 'a.>', '>'])('%j can only be subscribed to', (subject) => {
    expect(isSubject(subject)).toBe(false);
    expect(isFilter(subject)).toBe(true);
  });

  it('end with >, if they have it', () => {
    expect(isFilter('a.>.b')).toBe(false);
  });
});
