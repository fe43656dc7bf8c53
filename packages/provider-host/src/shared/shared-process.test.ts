import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, RecordingLogger, type TempDir } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderProcess } from '../process/provider-process.js';
import { decodeHostData } from '../protocol/index.js';
import { createSharedProcess } from './shared-process.js';

let folder: TempDir;
beforeAll(async () => {
  folder = await createTempDir();
});
afterAll(() => folder?.[Symbol.asyncDispose]());

/** What every program here begins with: taking its seat, as `runProvider` does. */
const takeSeat = `
  const key = Symbol.for('wasmlattice.provider-seat');
  const seat = globalThis[key];
  globalThis[key] = undefined;
`;

function setUp() {
  const logger = new RecordingLogger();
  const shared = createSharedProcess({
    nodePath: process.execPath,
    environment: {},
    logger,
    redact: (text) => text.replaceAll('secret', '***'),
    entry: new URL('../../dist/shared/shared-program.js', import.meta.url),
  });
  const messages = (): readonly string[] => logger.records.map(({ message }) => message);
  return { shared, logger, messages };
}

async function start(
  { logger, shared }: ReturnType<typeof setUp>,
  program: string,
  providerKey = 'one',
): Promise<ProviderProcess> {
  const file = join(folder.path, `${Math.random()}.mjs`);
  await writeFile(file, program);
  const hostData = { ...decodeHostData(Buffer.from('{}').toString('base64')), providerKey };
  return await shared.start({ file, hostData, logger });
}

const patient = `${takeSeat}
  seat.write(seat.hostData.providerKey + ' has a secret in ' + process.pid);
  seat.stop.addEventListener('abort', () => seat.ended());
`;

describe('a shared process', () => {
  it('runs several providers, each with its HostData and its log, until the last has stopped', async () => {
    const context = setUp();
    const [one, two] = [await start(context, patient), await start(context, patient, 'two')];
    expect(two.pid).toBe(one.pid);
    await expect
      .poll(context.messages)
      .toEqual([`one has a *** in ${one.pid}`, `two has a *** in ${one.pid}`]);
    expect(await one.terminate(10_000)).toBe('ended');
    expect(await one.exited).toEqual({ code: 0, lastLines: [`one has a *** in ${one.pid}`] });
    expect(process.kill(two.pid, 0)).toBe(true);
    await two.terminate(10_000);
    const three = await start(context, patient, 'three');
    expect(three.pid).not.toBe(one.pid);
    await three.terminate(10_000);
  });

  it('goes on when one fails, which tells why', async () => {
    const context = setUp();
    const other = await start(context, patient);
    const failing = await start(context, `throw new Error('no license for a secret');`);
    const { code, lastLines } = await failing.exited;
    expect([code, lastLines[0]]).toEqual([1, 'Error: no license for a ***']);
    const said = await start(context, `${takeSeat} seat.hostData; seat.ended('no bucket');`);
    expect(await said.exited).toEqual({ code: 1, lastLines: ['no bucket'] });
    expect(await other.terminate(10_000)).toBe('ended');
  });

  it('that crashes ends all its providers, each of which is told', async () => {
    const context = setUp();
    const first = await start(context, patient);
    const second = await start(context, `${takeSeat} seat.hostData; setImmediate(() => process.exit(9));`);
    expect(await Promise.all([first.exited, second.exited])).toMatchObject([{ code: 9 }, { code: 9 }]);
  });

  it('is killed for one that does not stop', async () => {
    const context = setUp();
    const deaf = await start(context, `${takeSeat} seat.write('deaf ' + seat.hostData.providerKey);`);
    await expect.poll(context.messages).toEqual(['deaf one']);
    expect(await deaf.terminate(20)).toBe('killed');
    expect(await deaf.exited).toMatchObject({ signal: 'SIGKILL' });
  });
});
