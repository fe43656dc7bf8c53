import { expect, it } from 'vitest';
import { createFriendlyName } from './friendly-name.js';

it('is an adjective, a noun and four digits', () => {
  for (let i = 0; i < 100; i += 1) {
    const name = createFriendlyName();
    expect(name).toMatch(/^[a-z]+-[a-z]+-\d{4}$/);
    expect(name.endsWith('-0000')).toBe(false);
  }
});
