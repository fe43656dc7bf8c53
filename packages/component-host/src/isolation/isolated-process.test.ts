import { RecordingLogger } from '@wasmlattice/test-support';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { componentStart, threadSettings } from '../thread/testing/test-thread.js';
import { IsolatedProcess } from './isolated-process.js';
import { createTestProcess, type TestProcess } from './testing/test-process.js';

let program: TestProcess;
let logger: RecordingLogger;
const served: IsolatedProcess[] = [];

beforeEach(async () => {
  program = await createTestProcess();
  logger = new RecordingLogger();
});
afterEach(async () => {
  await Promise.all(served.splice(0).map((each) => each.stop(0)));
  await program[Symbol.asyncDispose]();
});

async function serve(imageRef: string): Promise<IsolatedProcess> {
  const isolated = await IsolatedProcess.serve(
    {
      settings: threadSettings,
      ceilings: {
        'suspended-stacks': 100,
        'linear-memories': 100,
        'mapped-areas': 10_000,
        'resident-memory': 1e9,
      },
      logger,
      entry: program.entry,
      retry: { firstMs: 1, maxMs: 4 },
    },
    componentStart({ imageRef }),
  );
  served.push(isolated);
  return isolated;
}

const messages = (): string[] => logger.records.map(({ message }) => message);
const waits = (): unknown[] =>
  logger.records.flatMap(({ fields }) => (fields.waitMs === undefined ? [] : [fields.waitMs]));

describe('a component in a process of its own', () => {
  it('is refused when it can not run, and leaves nothing', async () => {
    await expect(serve('unusable')).rejects.toMatchObject({ name: 'MissingImportError' });
    await expect(serve('exits')).rejects.toMatchObject({ name: 'IsolatedProcessExitedError' });
    expect(messages()).toEqual([]);
  });

  it('gets another one when that ends, later each time it ends soon, until it is stopped', async () => {
    const isolated = await serve('exits-late');
    await expect.poll(waits).toEqual(expect.arrayContaining([1, 2, 4, 4]));
    expect(logger.records.find(({ level }) => level === 'error')).toMatchObject({
      message: 'the process of a component ended and is replaced; what ran in it has failed',
      fields: { reason: 'it ended with code 7', waitMs: 1 },
    });
    expect(messages()).toContain('the component is served again, in another process');
    await isolated.stop(0);
    await isolated.stop(0);
    const { length } = messages();
    await isolated.settled();
    expect(messages()).toHaveLength(length);
  });
});
