import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runScript, type ScriptResult } from './run-script.js';

/** A component with functions that answer, trap, and compute for ever. */
const component = `
  (core module $m
    (func (export "seven") (result i32) (i32.const 7))
    (func (export "trap") unreachable)
    (func (export "spin") (loop $l (br $l))))
  (core instance $i (instantiate $m))
  (func (export "seven") (result u32) (canon lift (core func $i "seven")))
  (func (export "trap") (canon lift (core func $i "trap")))
  (func (export "spin") (canon lift (core func $i "spin")))`;

async function resultOf(script: string): Promise<ScriptResult> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'conformance-'));
  const file = join(folder.path, 'script.wast');
  await writeFile(file, script);
  return await runScript(file, { engine: 'direct', patienceMs: 60_000, holdMs: 2_000 });
}

async function outcomesOf(script: string): Promise<readonly string[]> {
  const { directives, unreadable } = await resultOf(script);
  expect(unreadable).toBeUndefined();
  return directives.map(({ outcome }) =>
    outcome.verdict === 'failed'
      ? outcome.fault
      : outcome.verdict === 'passed'
        ? outcome.by
        : outcome.feature,
  );
}

describe('running a script', () => {
  it('says of each directive whether it came out as expected', async () => {
    const outcomes = await outcomesOf(`
      (component definition $C ${component})
      (component instance $i $C)
      (assert_return (invoke "seven") (u32.const 7))
      (assert_return (invoke "seven") (u32.const 8))
      (assert_return (invoke $i "trap"))
      (component instance $C)
      (assert_trap (invoke "trap") "unreachable")
      (component instance $C)
      (assert_trap (invoke "seven") "unreachable")
      (assert_return (invoke "eight"))`);
    expect(outcomes).toEqual([
      'engine',
      'engine',
      'engine',
      'wrong value',
      'trapped',
      'engine',
      'engine',
      'engine',
      'did not trap',
      'not understood',
    ]);
  });

  it('tells who refused what has to be refused', async () => {
    const outcomes = await outcomesOf(`
      (assert_malformed (component quote "(this is no component)") "")
      (assert_malformed (component binary "\\00asm\\0d\\00\\01\\00\\ff") "")
      (assert_invalid (component) "")
      (component binary "\\00asm\\0d\\00\\01\\00\\ff")
      (invoke "f")`);
    expect(outcomes).toEqual(['text parser', 'engine', 'accepted invalid', 'refused valid', 'not reached']);
  });

  it('gives components what scripts expect of a host, and refuses the rest', async () => {
    const outcomes = await outcomesOf(`
      (component
        (import "host" (instance $h
          (export "resource1" (type $r (sub resource)))
          (export "[constructor]resource1" (func (param "r" u32) (result (own $r))))
          (export "[static]resource1.drops" (func (result u32)))))
        (alias export $h "resource1" (type $R))
        (core func $new (canon lower (func $h "[constructor]resource1")))
        (core func $drops (canon lower (func $h "[static]resource1.drops")))
        (core func $drop (canon resource.drop $R))
        (core module $m
          (import "" "new" (func $new (param i32) (result i32)))
          (import "" "drop" (func $drop (param i32)))
          (import "" "drops" (func $drops (result i32)))
          (func (export "f") (result i32)
            (call $drop (call $new (i32.const 1))) (call $drop (call $new (i32.const 2))) (call $drops)))
        (core instance $i (instantiate $m (with "" (instance
          (export "new" (func $new)) (export "drop" (func $drop)) (export "drops" (func $drops))))))
        (func (export "f") (result u32) (canon lift (core func $i "f"))))
      (assert_return (invoke "f") (u32.const 2))
      (assert_unlinkable (component (import "host" (instance (export "return-nine" (func (result u32)))))) "")`);
    expect(outcomes).toEqual(['engine', 'engine', 'engine']);
  });

  it('goes on after a directive that holds its process', async () => {
    const outcomes = await outcomesOf(`
      (component ${component})
      (assert_return (invoke "spin"))
      (assert_return (invoke "seven") (u32.const 7))`);
    expect(outcomes).toEqual(['engine', 'hang', 'engine']);
  });

  it('tells of a script that it can not read', async () => {
    expect(await resultOf('(component')).toMatchObject({
      directives: [],
      unreadable: 'SyntaxProblem: a "(" that nothing closes at character 0',
    });
  });
});
