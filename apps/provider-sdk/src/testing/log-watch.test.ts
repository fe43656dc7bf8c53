import { expect, it } from 'vitest';
import { LogWatch } from './log-watch.js';

it('resolves for lines that came already and for those to come, each once', async () => {
  const log = new LogWatch();
  log.write('one ready');
  await log.logged(/ready/);
  const seen: string[] = [];
  const second = log.logged(/ready/).then(() => seen.push('ready'));
  const other = log.logged(/other/).then(() => seen.push('other'));
  log.write('the other');
  await other;
  expect(seen).toEqual(['other']);
  log.write('two ready');
  await second;
  expect(seen).toEqual(['other', 'ready']);
});
