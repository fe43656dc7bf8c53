import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { createEngine, type Engine, type HostImports } from '@wasmlattice/wasm-runtime/engines';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';

const rounds = 21;
const functions = 40;
const numbers = Array.from({ length: functions }, (_, i) => i);

/** Some code for each function, so that a part is more than its border. */
const code = (i: number): string => `(func $work-${i} (param i32) (result i32)
  ${'(local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 31)) (i32.const 7)))'.repeat(100)} (local.get 0))`;

const library = `
  (core module $lib (memory (export "memory") 2)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
  (core instance $lib (instantiate $lib))
  (alias core export $lib "memory" (core memory $memory))
  (alias core export $lib "realloc" (core func $realloc))`;

const type = '(func (param "text" string) (result u32))';
const canon = '(memory $memory) (realloc $realloc)';

const inner = `${library}
  (core module $m ${numbers.map(code).join('\n')}
    ${numbers.map((i) => `(func (export "f${i}") (param i32 i32) (result i32) (call $work-${i} (local.get 1)))`).join('\n')})
  (core instance $m (instantiate $m))
  ${numbers.map((i) => `(func $f${i} (param "text" string) (result u32) (canon lift (core func $m "f${i}") ${canon}))`).join('\n')}
  (instance $api ${numbers.map((i) => `(export "f${i}" (func $f${i}))`).join('\n')})
  (export "api" (instance $api))`;

const outer = `
  (import "api" (instance $api ${numbers.map((i) => `(export "f${i}" ${type})`).join('\n')}))
  ${library}
  ${numbers.map((i) => `(core func $f${i} (canon lower (func $api "f${i}") (memory $memory)))`).join('\n')}
  (core module $m
    ${numbers.map((i) => `(import "api" "f${i}" (func $f${i} (param i32 i32) (result i32)))`).join('\n')}
    ${numbers.map(code).join('\n')}
    ${numbers.map((i) => `(func (export "g${i}") (param i32 i32) (result i32) (call $work-${i} (call $f${i} (local.get 0) (local.get 1))))`).join('\n')})
  (core instance $m (instantiate $m (with "api" (instance ${numbers.map((i) => `(export "f${i}" (func $f${i}))`).join('\n')}))))
  ${numbers.map((i) => `(func (export "g${i}") (param "text" string) (result u32) (canon lift (core func $m "g${i}") ${canon}))`).join('\n')}`;

const composed = `
  (component $Inner ${inner}) (component $Outer ${outer})
  (instance $inner (instantiate $Inner))
  (instance $outer (instantiate $Outer (with "api" (instance $inner "api"))))
  (alias export $outer "g0" (func $g0)) (export "g0" (func $g0))`;

export const composeStart: Measurement = {
  name: 'compose-start',
  unit: 'ms',
  better: 'lower',
  target: 2,
  title: `CPU time from the bytes of a component of two parts, with ${functions} functions between them, to its first instance`,
  baseline: 'the same of both parts as components, one after the other',
  async measure() {
    const [both, first, second] = await Promise.all([composed, inner, outer].map(build));
    if (both === undefined || first === undefined || second === undefined)
      throw new Error('nothing was built');
    const engine = createEngine({ choice: 'direct' });
    const alone = async (): Promise<number> =>
      (await startMilliseconds(engine, first)) + (await startMilliseconds(engine, second, hostApi));
    return medianOfRounds(rounds, () => startMilliseconds(engine, both), alone);
  },
};

const hostApi: HostImports = new Map([
  ['api', { func: (name: string) => () => Number(name.slice(1)), resource: () => undefined }],
]);

function build(text: string): Promise<Uint8Array> {
  return parse(`(component ${text})`);
}

/** Of the whole process: V8 compiles in threads of its own. */
async function startMilliseconds(
  engine: Engine,
  bytes: Uint8Array,
  imports: HostImports = new Map(),
): Promise<number> {
  const before = process.cpuUsage();
  const compiled = await engine.compile(bytes, { component: 'part', suspends: () => false });
  await compiled.instantiate(imports);
  const { user, system } = process.cpuUsage(before);
  compiled.dispose?.();
  return (user + system) / 1_000;
}
