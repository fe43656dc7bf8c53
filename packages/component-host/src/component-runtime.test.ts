import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { func, t } from '@wasmlattice/rpc';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import { createTelemetryRelay, type TelemetryBatch } from '@wasmlattice/telemetry';
import { RecordingLogger } from '@wasmlattice/test-support';
import { createEngine } from '@wasmlattice/wasm-runtime/engines';
import { expect, it } from 'vitest';
import { createComponentRuntime } from './component-runtime.js';

const instance = 'test:guest/noise@1.0.0';

/** Logs `x` as often as it is told, or recurses without end. */
const guest = `(component
  (type $logging (instance
    (type $levels (enum "trace" "debug" "info" "warn" "error" "critical"))
    (export "level" (type $level (eq $levels)))
    (export "log" (func (param "level" $level) (param "context" string) (param "message" string)))))
  (import "wasi:logging/logging" (instance $host (type $logging)))
  (core module $memory (memory (export "m") 1) (data (i32.const 0) "x"))
  (core instance $memory (instantiate $memory))
  (core func $log (canon lower (func $host "log") (memory (core memory $memory "m"))))
  (core module $code
    (import "" "log" (func $log (param i32 i32 i32 i32 i32)))
    (func (export "shout") (param $count i32)
      (loop $next
        (call $log (i32.const 2) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1))
        (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
    (func $recurse (export "recurse") (call $recurse)))
  (core instance $code (instantiate $code (with "" (instance (export "log" (func $log))))))
  (func $shout (param "count" u32) (canon lift (core func $code "shout")))
  (func $recurse (canon lift (core func $code "recurse")))
  (instance $noise (export "shout" (func $shout)) (export "recurse" (func $recurse)))
  (export "${instance}" (instance $noise)))`;

it('holds its guests to their limits, and tells caller, log and metrics which they exceed', async () => {
  const batches: TelemetryBatch[] = [];
  const relay = createTelemetryRelay({
    traceLevel: 'info',
    metrics: true,
    logs: false,
    post: (batch) => batches.push(batch),
  });
  const logger = new RecordingLogger();
  const lattice = new MemoryLattice();
  const runtime = await createComponentRuntime({
    componentId: 'noise',
    prepared: await createEngine().prepare(await parse(guest), { component: 'noise' }),
    transports: { lattice: createMemoryInvoker({ lattice }) },
    server: async () => createMemoryServer({ lattice }),
    limits: { 'log-rate': 3 },
    logger,
    telemetry: relay,
  });
  const invoker = createMemoryInvoker({ lattice });
  const call = { target: 'noise', instance };
  await invoker.invoke({ ...call, func: func('shout', [['count', t.u32]]), params: [10] });
  await expect(invoker.invoke({ ...call, func: func('recurse', []), params: [] })).rejects.toMatchObject({
    code: 'peer-failed',
    message: expect.stringContaining(
      'component "noise" calls functions deeper than its stack reaches; its limit "stack"',
    ),
  });
  await runtime.close(1_000);
  relay.close();

  expect(logger.records.filter(({ message }) => message === 'x')).toHaveLength(3);
  expect(logger.records.find(({ level }) => level === 'warn')).toMatchObject({
    message: 'the component logs more than it may; records of it were dropped',
    fields: { records: 7, limit: '3 a second' },
  });
  const counted = batches
    .flatMap(({ measurements }) => measurements)
    .filter(({ name }) => name === 'wasmlattice.component.limit_exceeded');
  const byLimit = counted.map(({ attributes, values }) => [
    attributes?.['component.id'],
    attributes?.limit,
    values,
  ]);
  expect(byLimit).toHaveLength(2);
  expect(byLimit).toEqual(
    expect.arrayContaining([
      ['noise', 'stack', [1]],
      ['noise', 'log-rate', [1]],
    ]),
  );
});
