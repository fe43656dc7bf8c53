import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { createTempDir } from '@wasmlattice/test-support';
import { createPreparer, type PreparedComponent } from '@wasmlattice/wasm-runtime/engines';
import { beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../src/paths.js';
import type { ServedAnswer } from '../src/serving-thread.js';

/** What a new thread answers with the component. */
async function serve(prepared: PreparedComponent): Promise<ServedAnswer> {
  const thread = new Worker(new URL('../src/serving-thread.ts', import.meta.url));
  try {
    thread.postMessage(prepared);
    const [answer] = (await once(thread, 'message')) as [ServedAnswer];
    return answer;
  } finally {
    await thread.terminate();
  }
}

describe('a large JavaScript guest', () => {
  let bytes: Uint8Array<SharedArrayBuffer>;
  beforeAll(async () => {
    const file = await readFile(paths.hello);
    bytes = new Uint8Array(new SharedArrayBuffer(file.length));
    bytes.set(file);
  });

  it.each([
    ['direct', 'direct'],
    ['jco', 'trusted-jco'],
  ] as const)('is prepared once for engine %s and served by several threads', async (engine, choice) => {
    await using folder = await createTempDir();
    await using preparer = createPreparer({ engine: { choice, cacheDir: folder.path } });
    const prepared = await preparer.prepare(bytes, { component: 'hello' });
    expect(prepared).toMatchObject({ engine });
    expect(prepared.skeleton.length).toBeLessThan(bytes.length / 100);
    await preparer.close();
    const answers = await Promise.all([serve(prepared), serve(prepared), serve(prepared)]);
    for (const answer of answers) expect(answer).toEqual({ status: 200, body: answers[0]?.body });
    expect(answers[0]?.body).toContain('Hello');
  });

  it('is given up when nobody waits for it any more, and prepared when somebody does', async () => {
    await using preparer = createPreparer();
    const controller = new AbortController();
    const aborted = preparer.prepare(bytes, { component: 'hello', signal: controller.signal });
    const waiting = preparer.prepare(bytes, { component: 'hello' });
    controller.abort(new Error('scaled to none'));
    await expect(aborted).rejects.toThrow('scaled to none');
    expect(await serve(await waiting)).toMatchObject({ status: 200 });
  });

  it('fails when the thread has too little memory, and nothing else does', async () => {
    await using preparer = createPreparer({
      engine: { choice: 'trusted-jco' },
      resourceLimits: { maxOldGenerationSizeMb: 4 },
    });
    await expect(preparer.prepare(bytes, { component: 'hello' })).rejects.toMatchObject({
      name: 'PrepareThreadError',
      component: 'hello',
      cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' },
    });
  });
});
