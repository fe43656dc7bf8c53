import { describe, expect, it } from 'vitest';
import { QuickStatements } from './quick-statements.js';

function statementsAfter(text: string, ...times: number[]): QuickStatements {
  const statements = new QuickStatements();
  for (const ms of times) statements.record(text, ms);
  return statements;
}

describe('a statement', () => {
  it('is quick when it was so five times in a row', () => {
    expect(statementsAfter('SELECT 1', 1, 1, 1, 1).has('SELECT 1')).toBe(false);
    expect(statementsAfter('SELECT 1', 1, 1, 1, 1, 1).has('SELECT 1')).toBe(true);
    expect(statementsAfter('SELECT 1', 1, 1, 1, 1, 1, 200).has('SELECT 1')).toBe(false);
    expect(statementsAfter('SELECT 1', 200, 1, 1, 1, 1, 1).has('SELECT 1')).toBe(true);
  });

  it.each([
    'BEGIN',
    "SET timezone = 'UTC'",
    "SELECT set_config('timezone', 'UTC', false)",
    'SELECT 1,\n pg_advisory_lock(2)',
    'CALL tidy()',
    'COPY task TO STDOUT',
    `SELECT '${'x'.repeat(5_000)}'`,
  ])('%.40s never is: it may leave something, or is not worth the memory', (text) => {
    expect(statementsAfter(text, 1, 1, 1, 1, 1, 1).has(text)).toBe(false);
  });

  it('is forgotten when a thousand others ran since', () => {
    const statements = statementsAfter('SELECT 1', 1, 1, 1, 1, 1);
    for (let i = 0; i < 1_000; i++) statements.record(`SELECT ${i + 2}`, 1);
    expect(statements.has('SELECT 1')).toBe(false);
  });
});
