import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, RecordingLogger, type TempDir } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeHostData } from '../protocol/index.js';
import type { ProviderProcess } from './provider-process.js';
import { startProviderThread } from './provider-thread.js';

const hostData = { ...decodeHostData(Buffer.from('{}').toString('base64')), providerKey: 'mine' };

let folder: TempDir;
beforeAll(async () => {
  folder = await createTempDir();
});
afterAll(() => folder?.[Symbol.asyncDispose]());

async function start(program: string): Promise<{ thread: ProviderProcess; logger: RecordingLogger }> {
  const file = join(folder.path, `${Math.random()}.mjs`);
  await writeFile(file, program);
  const logger = new RecordingLogger();
  const redact = (text: string): string => text.replaceAll('secret', '***');
  return { thread: await startProviderThread({ file, hostData, environment: {}, logger, redact }), logger };
}

describe('a provider in a thread', () => {
  it('reads its HostData as a process does, and what it writes is logged', async () => {
    const { thread, logger } = await start(`
      let text = '';
      for await (const chunk of process.stdin) text += chunk;
      const { provider_key: id } = JSON.parse(Buffer.from(text.trim(), 'base64'));
      process.stderr.write(id + ' has a secret\\n', () => process.exit(3));
    `);
    expect(await thread.exited).toMatchObject({ code: 3, lastLines: ['mine has a ***'] });
    expect(logger.records).toMatchObject([{ message: 'mine has a ***', fields: { stream: 'stderr' } }]);
  });

  it('that fails ends alone, and tells why', async () => {
    const { thread } = await start(`throw new Error('it broke over a secret');`);
    const { code, lastLines } = await thread.exited;
    expect(code).toBe(1);
    expect(lastLines.join('\n')).toContain('it broke over a ***');
  });

  it('has no environment but that of providers, and ends when it is told to', async () => {
    const { thread, logger } = await start(`
      console.error(Object.keys(process.env).length);
      setInterval(() => {}, 1_000);
    `);
    await expect.poll(() => logger.records.map(({ message }) => message)).toEqual(['0']);
    await thread.terminate(0);
    await thread.terminate(0);
    expect((await thread.exited).code).toBe(1);
  });
});
