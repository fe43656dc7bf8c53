import { expect, it } from 'vitest';
import { configDeleted, configSet } from './payloads/config.js';
import { createMemoryEventPublisher, noopEventPublisher } from './publisher.js';

it('the in-memory publisher keeps events in order', async () => {
  const publisher = createMemoryEventPublisher();
  await publisher.publish(configSet({ configName: 'a' }));
  await publisher.publish(configDeleted({ configName: 'a' }));
  expect(publisher.events).toEqual([configSet({ configName: 'a' }), configDeleted({ configName: 'a' })]);
});

it('the no-op publisher takes any event', async () => {
  await expect(noopEventPublisher.publish(configSet({ configName: 'a' }))).resolves.toBeUndefined();
});
