import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { pickPort } from './ports.mjs';

test('a taken port is replaced by a free one', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address();
  const other = await pickPort(port);
  expect(other).toBeGreaterThan(0);
  expect(other).not.toBe(port);
  holder.close();
  await once(holder, 'close');
  expect(await pickPort(port)).toBe(port);
});
