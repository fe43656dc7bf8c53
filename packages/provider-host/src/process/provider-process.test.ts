import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, RecordingLogger, type TempDir } from '@wasmlattice/test-support';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { decodeHostData } from '../protocol/index.js';
import type { OutputLimits } from './output-budget.js';
import { type ProviderProcess, startProviderProcess } from './provider-process.js';

const hostData = decodeHostData(Buffer.from('{}').toString('base64'));

let folder: TempDir;
const running: ProviderProcess[] = [];
beforeAll(async () => {
  folder = await createTempDir();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => process.terminate(0)));
});
afterAll(() => folder?.[Symbol.asyncDispose]());

async function start(program: string, outputLimits?: OutputLimits) {
  const file = join(folder.path, `${Math.random()}.mjs`);
  await writeFile(file, program);
  const logger = new RecordingLogger();
  const process = await startProviderProcess({
    file,
    hostData,
    nodePath: globalThis.process.execPath,
    environment: {},
    logger,
    redact: (text) => text.replaceAll('hunter2', '***'),
    outputLimits,
  });
  running.push(process);
  const messages = (): readonly string[] => logger.records.map(({ message }) => message);
  return { process, messages };
}

/** Whether a process is there, and no corpse that nobody has collected. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Starts a process that heeds no SIGTERM, in its own group, and says who it is. */
const withHelper = `
  import { spawn } from 'node:child_process';
  const program = "process.on('SIGTERM', () => {}); process.stdout.write('up'); setInterval(() => {}, 1000)";
  const helper = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  helper.stdout.once('data', () => console.log('helper ' + helper.pid));
`;

async function helperOf(messages: () => readonly string[]): Promise<number> {
  await expect.poll(messages).toContainEqual(expect.stringMatching(/^helper/));
  return Number(
    messages()
      .find((each) => each.startsWith('helper'))
      ?.slice('helper '.length),
  );
}

describe('the group of a provider', () => {
  it('ends with it when it is told to end', async () => {
    const { process, messages } = await start(withHelper);
    const helper = await helperOf(messages);
    expect(await process.terminate(5_000)).toBe('ended');
    await expect.poll(() => isAlive(helper)).toBe(false);
  });

  it('ends with it when it crashes', async () => {
    const { process, messages } = await start(
      `${withHelper} helper.stdout.once('data', () => setImmediate(() => process.exit(3)));`,
    );
    const { code } = await process.exited;
    expect(code).toBe(3);
    const helper = await helperOf(messages);
    await expect.poll(() => isAlive(helper)).toBe(false);
  });

  it('is killed with it when it heeds no SIGTERM, which is told', async () => {
    const { process, messages } = await start(`process.on('SIGTERM', () => {}); ${withHelper}`);
    const helper = await helperOf(messages);
    expect(await process.terminate(50)).toBe('killed');
    expect(await process.exited).toMatchObject({ signal: 'SIGKILL' });
    await expect.poll(() => isAlive(helper)).toBe(false);
  });
});

describe('the output of a provider', () => {
  it('is logged up to so many lines, and what is left out is told at its begin and end; the last lines are kept', async () => {
    const { process, messages } = await start(
      `process.stderr.write('hunter2\\n'.repeat(999) + 'the end\\n');`,
      { linesPerSecond: 10 },
    );
    const { lastLines } = await process.exited;
    expect(messages()).toEqual([
      ...Array.from({ length: 10 }, () => '***'),
      'the provider writes more than 10 lines a second: those beyond are left out',
      'left out 990 lines that the provider wrote',
    ]);
    expect(lastLines.at(-1)).toBe('the end');
    expect(lastLines).toHaveLength(20);
  });

  it('without an end is not read faster than allowed', async () => {
    const { messages } = await start(
      `const line = 'x'.repeat(1023) + '\\n';
       const flood = () => { while (process.stdout.write(line)); process.stdout.once('drain', flood); };
       flood();`,
      { bytesPerSecond: 256 * 1024, linesPerSecond: 5 },
    );
    await expect.poll(messages).toContainEqual(expect.stringContaining('more than 5 lines'));
    // Lines of 1 KiB. The second of the lines may be part of two of the bytes, each with a chunk that was under way; on a busy machine it is
    // longer than a second. As quickly as they come it were hundreds of thousands.
    expect(await leftOut(messages)).toBeLessThanOrEqual(10 * (256 + 64));
  });
});

async function leftOut(messages: () => readonly string[]): Promise<number> {
  const told = (): string | undefined => messages().find((each) => each.startsWith('left out'));
  await expect.poll(told).toBeDefined();
  return Number(told()?.split(' ')[2]);
}
