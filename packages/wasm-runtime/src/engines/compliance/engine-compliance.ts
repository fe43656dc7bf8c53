import { afterEach, beforeEach, describe, expect } from 'vitest';
import type { Engine } from '../engine.js';
import { callCompliance } from './call-compliance.js';
import { type HostileComplianceOptions, hostileCompliance } from './hostile-compliance.js';
import { type HttpComplianceOptions, httpCompliance } from './http-compliance.js';
import { limitCompliance } from './limit-compliance.js';
import { preparedCompliance } from './prepared-compliance.js';
import { resourceCompliance } from './resource-compliance.js';
import { spinCompliance } from './spin-compliance.js';
import { streamCompliance } from './stream-compliance.js';
import { type ValueComplianceOptions, valueCompliance } from './value-compliance.js';

/** The tests that every {@link Engine} passes: the same guests, the same calls, the same answers. */
export function engineCompliance(
  engine: Engine,
  options: ValueComplianceOptions & HostileComplianceOptions & HttpComplianceOptions = {},
): void {
  describe(`the engine ${engine.name}`, () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown): void => {
      unhandled.push(reason);
    };

    beforeEach(() => {
      process.on('unhandledRejection', onUnhandled);
    });

    afterEach(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      process.off('unhandledRejection', onUnhandled);
      expect(unhandled.splice(0)).toEqual([]);
    });

    callCompliance(engine);
    valueCompliance(engine, options);
    limitCompliance(engine);
    preparedCompliance(engine);
    resourceCompliance(engine);
    spinCompliance(engine);
    streamCompliance(engine);
    httpCompliance(engine, options);
    hostileCompliance(engine, options);
  });
}
