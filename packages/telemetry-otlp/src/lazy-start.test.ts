import { expect, it, vi } from 'vitest';
import { startTelemetry } from './start-telemetry.js';

const loaded = vi.hoisted(() => ({ times: 0 }));
vi.mock('./start-otel.js', () => {
  loaded.times++;
  return { startOtel: async () => ({}) };
});

it('loads OpenTelemetry only when a signal is on', async () => {
  const options = { serviceName: 'wasmcloud-host', protocol: 'http' } as const;
  const off = await startTelemetry({ ...options, traces: false, metrics: false, logs: false });
  expect(off.tracer.startSpan('x').context).toBeUndefined();
  off.meter.counter('y').add(1);
  await off.shutdown();
  expect(loaded.times).toBe(0);
  await startTelemetry({ ...options, traces: true, metrics: false, logs: false });
  expect(loaded.times).toBe(1);
});
