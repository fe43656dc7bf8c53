import { RecordingLogger } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { createLinkRouter } from './link-router.js';
import { UnlinkedLog } from './unlinked-log.js';

it('names each link that is missing, five times a minute, and counts the others', async () => {
  const clock = { now: 0 };
  const logger = new RecordingLogger();
  const log = new UnlinkedLog({ componentId: 'counter', logger, now: () => clock.now });
  const router = createLinkRouter({
    componentId: 'counter',
    invoker: { invoke: () => Promise.reject(new Error('not to be asked')) },
    links: [],
    onUnlinked: (linkKey, error) => log.report(linkKey, error),
  });
  const call = (instance: string) =>
    router.forInvocation().invoke(instance, { instance, func: { name: 'get', params: [] }, params: [] });
  const messages = () => logger.records.splice(0).map(({ level, message }) => `${level}: ${message}`);
  const missing = (instance: string) =>
    expect.stringMatching(
      `warn: link 'default' not found for instance '${instance}' of component 'counter': put a link`,
    );

  for (let count = 0; count < 7; count++) {
    await expect(call('wasi:keyvalue/store')).rejects.toThrow('put a link');
  }
  await expect(call('wasi:keyvalue/atomics')).rejects.toThrow('put a link');
  expect(messages()).toEqual([
    ...Array.from({ length: 5 }, () => missing('wasi:keyvalue/store')),
    missing('wasi:keyvalue/atomics'),
  ]);
  clock.now = 60_000;
  await expect(call('wasi:keyvalue/store')).rejects.toThrow('put a link');
  expect(messages()).toEqual([
    'warn: component counter called wasi:keyvalue/store 2 more times without a link',
    missing('wasi:keyvalue/store'),
  ]);
});
