import { describe, expect, it } from 'vitest';
import { readOtelEnvironment } from './environment.js';

describe('readOtelEnvironment', () => {
  it('takes what OpenTelemetry defines', () => {
    expect(
      readOtelEnvironment({
        OTEL_RESOURCE_ATTRIBUTES: 'site=north%20pole, rack = 7 ',
        OTEL_BSP_SCHEDULE_DELAY: '100',
        OTEL_BSP_MAX_QUEUE_SIZE: '10',
        OTEL_BLRP_SCHEDULE_DELAY: '200',
        OTEL_METRIC_EXPORT_INTERVAL: '1000',
      }),
    ).toEqual({
      disabled: false,
      resourceAttributes: { site: 'north pole', rack: '7' },
      batch: { scheduledDelayMillis: 100, maxQueueSize: 10 },
      logs: { scheduledDelayMillis: 200 },
      metrics: { exportIntervalMillis: 1000 },
    });
  });

  it('knows when everything is switched off', () => {
    expect(readOtelEnvironment({ OTEL_SDK_DISABLED: 'TRUE' }).disabled).toBe(true);
    expect(readOtelEnvironment({ OTEL_SDK_DISABLED: 'yes' }).disabled).toBe(false);
  });

  it.each(['', ' ', 'soon', '-1', '0', '1.5'])('leaves a time of "%s" to the default', (text) => {
    expect(readOtelEnvironment({ OTEL_BSP_SCHEDULE_DELAY: text }).batch).toEqual({});
  });

  it.each(['novalue', '=x', 'a=%ff'])('discards attributes with the pair "%s"', (pair) => {
    expect(readOtelEnvironment({ OTEL_RESOURCE_ATTRIBUTES: `good=1,${pair}` }).resourceAttributes).toEqual(
      {},
    );
  });
});
