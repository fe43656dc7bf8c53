import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { func, t, type WitFunction } from '@wasmlattice/rpc';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import { createTelemetryRelay, type TelemetryBatch } from '@wasmlattice/telemetry';
import { RecordingLogger } from '@wasmlattice/test-support';
import { GuestClock, GuestSlices, type Limits } from '@wasmlattice/wasm-runtime';
import { createEngine, type Engine } from '@wasmlattice/wasm-runtime/engines';
import { expect, it } from 'vitest';
import { createComponentRuntime } from './component-runtime.js';

const instance = 'test:guest/noise@1.0.0';

/** Logs `x` as often as it is told, recurses without end, or computes without end. */
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
    (func $recurse (export "recurse") (call $recurse))
    (func (export "spin") (loop $next (br $next))))
  (core instance $code (instantiate $code (with "" (instance (export "log" (func $log))))))
  (func $shout (param "count" u32) (canon lift (core func $code "shout")))
  (func $recurse (canon lift (core func $code "recurse")))
  (func $spin (canon lift (core func $code "spin")))
  (instance $noise
    (export "shout" (func $shout)) (export "recurse" (func $recurse)) (export "spin" (func $spin)))
  (export "${instance}" (instance $noise)))`;

/** The runtime of the guest, with all that is told of it. */
async function startNoise(limits: Partial<Limits>, engine: Engine = createEngine()) {
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
    prepared: await engine.prepare(await parse(guest), { component: 'noise' }),
    engine,
    transports: { lattice: createMemoryInvoker({ lattice }) },
    server: async () => createMemoryServer({ lattice }),
    limits,
    logger,
    telemetry: relay,
  });
  const invoker = createMemoryInvoker({ lattice });
  return {
    logger,
    call: (called: WitFunction, ...params: readonly unknown[]) =>
      invoker.invoke({ target: 'noise', instance, func: called, params }),
    /** Ends it. How often which limit was exceeded, in the order in which that was first measured. */
    async close(): Promise<unknown[]> {
      await runtime.close(1_000);
      relay.close();
      return batches
        .flatMap(({ measurements }) => measurements)
        .filter(({ name }) => name === 'wasmlattice.component.limit_exceeded')
        .map(({ attributes, values }) => [attributes?.['component.id'], attributes?.limit, values]);
    },
  };
}

it('holds its guests to their limits, and tells caller, log and metrics which they exceed', async () => {
  const noise = await startNoise({ 'log-rate': 3 });
  await noise.call(func('shout', [['count', t.u32]]), 10);
  await expect(noise.call(func('recurse', []))).rejects.toMatchObject({
    code: 'limit-exceeded',
    message: expect.stringContaining(
      'component "noise" calls functions deeper than its stack reaches; its limit "stack"',
    ),
  });
  const byLimit = await noise.close();

  const { records } = noise.logger;
  expect(records.filter(({ message }) => message === 'x')).toHaveLength(3);
  expect(records.find(({ level }) => level === 'warn')).toMatchObject({
    message: 'the component logs more than it may; records of it were dropped',
    fields: { records: 7, limit: '3 a second' },
  });
  expect(byLimit).toHaveLength(2);
  expect(byLimit).toEqual(
    expect.arrayContaining([
      ['noise', 'stack', [1]],
      ['noise', 'log-rate', [1]],
    ]),
  );
});

it('ends a guest that computes at its deadline, and tells caller and metrics so', async () => {
  const clock = new GuestClock();
  const engine = createEngine({ preemption: new GuestSlices(clock.add(0)) });
  const noise = await startNoise({ 'execution-time': 20 }, engine);
  await expect(noise.call(func('spin', []))).rejects.toMatchObject({
    message: expect.stringContaining('its limit "execution-time" is 20 ms'),
  });
  expect(await noise.close()).toEqual([['noise', 'execution-time', [1]]]);
  await clock.close();
});
