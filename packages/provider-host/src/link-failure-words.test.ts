import { expect, it } from 'vitest';
import { linkFailureIn } from './link-failure-words.js';

// As keyvalue-nats of wasmCloud 1.9.2 writes it, as text and as JSON.
it.each([
  '\u001b[2m2026-11-29T08:52:26.666Z\u001b[0m \u001b[33m WARN\u001b[0m \u001b[2mwasmcloud_provider_sdk::provider\u001b[0m\u001b[2m:\u001b[0m receiving link failed \u001b[3merror\u001b[0m\u001b[2m=\u001b[0mfailed to connect to NATS',
  '{"timestamp":"2026-11-29T08:52:26.666Z","level":"WARN","fields":{"message":"receiving link failed","error":"failed to connect to NATS"},"target":"wasmcloud_provider_sdk::provider"}',
])('a line says why a link failed', (line) => {
  expect(linkFailureIn(line)).toBe('failed to connect to NATS');
});

it('other lines do not', () => {
  expect(
    linkFailureIn('2026-11-29T08:52:26.669Z  INFO wasmcloud_provider_sdk::provider: Linking component'),
  ).toBe(undefined);
});
