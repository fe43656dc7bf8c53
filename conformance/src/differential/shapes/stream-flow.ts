import type { WitType } from '@wasmlattice/rpc';
import { Data, type Encoding } from '../encode.js';
import { layoutOf } from '../layout.js';
import { anyPlain } from '../plain.js';
import type { Random } from '../random.js';
import { type Func, TypeText } from '../type-text.js';
import { memoryModule } from './core-text.js';
import { cancelResult } from './streams.js';

/** What goes from one component to another by a stream. */
export interface Flow {
  readonly element: WitType;
  readonly writing: Encoding;
  readonly reading: Encoding;
}

/** The functions of {@link writerText}: each returns what the end that it holds says. */
const writerFuncs = `
  (export "start" (func (result (stream $e))))
  (export "write" (func (param "n" u32) (result u32)))
  (export "cancel" (func (result u32)))
  (export "drop" (func))
  (export "event" (func async (result u64)))`;

/** How many elements a writer has. */
const elementCount = 24;

/** The inside of a component that holds the writable end of a stream of any elements, and does with it what it is told. */
export function writerText(random: Random, { element, writing }: Flow): string {
  const data = new Data(1024, writing);
  const { size } = layoutOf(element);
  const start = data.putAll(
    Array.from({ length: elementCount }, () => element),
    random.times(elementCount, () => anyPlain(random, element)),
  );
  const hex = Array.from(data.bytes, (byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
  const types = new TypeText([{ name: 'e', params: [element] }]);
  return `${types.define()}
    (type $s (stream ${types.ref(element)}))
    ${memoryModule('bump', data.end + 8, `(data (i32.const ${data.base}) "${hex}")`)}
    (core instance $mem (instantiate $mem))
    (core func $new (canon stream.new $s))
    (core func $write (canon stream.write $s async (memory (core memory $mem "memory")) string-encoding=${writing}))
    (core func $cancel (canon stream.cancel-write $s async))
    (core func $drop (canon stream.drop-writable $s))
    (core func $set.new (canon waitable-set.new))
    (core func $join (canon waitable.join))
    (core func $poll (canon waitable-set.poll (memory (core memory $mem "memory"))))
    (core module $m
      (import "m" "memory" (memory 1))
      (import "b" "new" (func $new (result i64)))
      (import "b" "write" (func $write (param i32 i32 i32) (result i32)))
      (import "b" "cancel" (func $cancel (param i32) (result i32)))
      (import "b" "drop" (func $drop (param i32)))
      (import "b" "set.new" (func $set.new (result i32)))
      (import "b" "join" (func $join (param i32 i32)))
      (import "b" "poll" (func $poll (param i32 i32) (result i32)))
      (global $end (mut i32) (i32.const 0)) (global $set (mut i32) (i32.const 0))
      (global $next (mut i32) (i32.const 0))
      (func (export "start") (result i32) (local i64)
        (local.set 0 (call $new))
        (global.set $end (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
        (global.set $set (call $set.new))
        (call $join (global.get $end) (global.get $set))
        (i32.wrap_i64 (local.get 0)))
      (func (export "write") (param i32) (result i32)
        (local i32)
        (local.set 1 (i32.add (i32.const ${start}) (i32.mul (global.get $next) (i32.const ${size}))))
        (global.set $next (i32.rem_u (i32.add (global.get $next) (local.get 0)) (i32.const ${elementCount - 8})))
        (call $write (global.get $end) (local.get 1) (local.get 0)))
      (func (export "cancel") (result i32) (call $cancel (global.get $end)))
      (func (export "drop") (call $drop (global.get $end)))
      (func (export "event") (result i64)
        (drop (call $poll (global.get $set) (i32.const 16))) (i64.load32_u (i32.const 20))))
    (core instance $m (instantiate $m (with "m" (instance $mem)) (with "b" (instance
      (export "new" (func $new)) (export "write" (func $write)) (export "cancel" (func $cancel)) (export "drop" (func $drop))
      (export "set.new" (func $set.new)) (export "join" (func $join)) (export "poll" (func $poll))))))
    (func (export "start") (result (stream ${types.ref(element)})) (canon lift (core func $m "start")))
    (func (export "write") (param "n" u32) (result u32) (canon lift (core func $m "write")))
    (func (export "cancel") (result u32) (canon lift (core func $m "cancel")))
    (func (export "drop") (canon lift (core func $m "drop")))
    (func (export "event") async (result u64) (canon lift (core func $m "event")))`;
}

/** The function of {@link readerText}: what it came by, and the elements that it has read. */
export function readerFunc(name: string, { element }: Flow): Func {
  const items: readonly WitType[] = [
    { kind: 'list', element: { kind: 'u64' } },
    { kind: 'list', element },
  ];
  return { name, params: [], result: { kind: 'tuple', items } };
}

/** The inside of a component that reads what a {@link writerText} writes, by a script that drives both. */
export function readerText(random: Random, func: Func, flow: Flow): string {
  const { element, reading } = flow;
  const { size } = layoutOf(element);
  const readAt = 4096;
  const types = new TypeText([func]);
  const text = types.ref(element);
  const memory = `(memory (core memory $mem "memory")) (realloc (core func $mem "realloc")) string-encoding=${reading}`;
  return `${types.importTypes(`${writerFuncs.replaceAll('$e', text)}`)}
    (type $s (stream ${text}))
    ${memoryModule('bump', 65_536)}
    (core instance $mem (instantiate $mem))
    ${['start', 'write', 'cancel', 'drop', 'event'].map((name) => `(core func $w-${name} (canon lower (func $i "${name}")))`).join('\n')}
    (core func $read (canon stream.read $s async ${memory}))
    (core func $cancel (canon stream.cancel-read $s async))
    (core func $drop (canon stream.drop-readable $s))
    (core func $set.new (canon waitable-set.new))
    (core func $join (canon waitable.join))
    (core func $poll (canon waitable-set.poll (memory (core memory $mem "memory"))))
    (core module $m
      (import "m" "memory" (memory 1))
      (import "w" "start" (func $w-start (result i32)))
      (import "w" "write" (func $w-write (param i32) (result i32)))
      (import "w" "cancel" (func $w-cancel (result i32)))
      (import "w" "drop" (func $w-drop))
      (import "w" "event" (func $w-event (result i64)))
      (import "b" "read" (func $read (param i32 i32 i32) (result i32)))
      (import "b" "cancel" (func $cancel (param i32) (result i32)))
      (import "b" "drop" (func $drop (param i32)))
      (import "b" "set.new" (func $set.new (result i32)))
      (import "b" "join" (func $join (param i32 i32)))
      (import "b" "poll" (func $poll (param i32 i32) (result i32)))
      (global $count (mut i32) (i32.const 0)) (global $got (mut i32) (i32.const 0))
      (func $log (param i64)
        (i64.store (i32.add (i32.const 64) (i32.shl (global.get $count) (i32.const 3))) (local.get 0))
        (global.set $count (i32.add (global.get $count) (i32.const 1))))
      ;; Of a code, or of the second word of an event: what lies behind the elements read so far is read next.
      (func $took (param i32)
        (call $log (i64.extend_i32_u (local.get 0)))
        (if (i32.ne (local.get 0) (i32.const -1))
          (then (global.set $got (i32.add (global.get $got) (i32.shr_u (local.get 0) (i32.const 4)))))))
      (func (export "${func.name}") (result i32) (local $end i32) (local $set i32)
        (local.set $end (call $w-start))
        (call $log (i64.extend_i32_u (local.get $end)))
        (local.set $set (call $set.new))
        (call $join (local.get $end) (local.get $set))
        ${readerSteps(random, size, readAt)}
        (i32.store (i32.const 0) (i32.const 64)) (i32.store (i32.const 4) (global.get $count))
        (i32.store (i32.const 8) (i32.const ${readAt})) (i32.store (i32.const 12) (global.get $got))
        (i32.const 0)))
    (core instance $m (instantiate $m (with "m" (instance $mem))
      (with "w" (instance
        (export "start" (func $w-start)) (export "write" (func $w-write)) (export "cancel" (func $w-cancel))
        (export "drop" (func $w-drop)) (export "event" (func $w-event))))
      (with "b" (instance
        (export "read" (func $read)) (export "cancel" (func $cancel)) (export "drop" (func $drop))
        (export "set.new" (func $set.new)) (export "join" (func $join)) (export "poll" (func $poll))))))
    (func (export "${func.name}") async ${types.signature(func)} (canon lift (core func $m "${func.name}") ${memory}))`;
}

/** A straight line that keeps in mind which end is waiting. */
function readerSteps(random: Random, size: number, readAt: number): string {
  const steps: string[] = [];
  let [isReading, isWriting] = [false, false];
  for (let count = random.between(3, 16); count > 0; count--) {
    const length = random.percent(15) ? 0 : random.between(1, 6);
    const isWild = random.percent(2);
    switch (random.below(8)) {
      case 0:
        if (isReading || isWild) {
          steps.push(`(call $took ${cancelResult('(call $cancel (local.get $end))')})`);
          isReading = false;
        }
        break;
      case 1:
        if (isWriting || isWild) {
          steps.push(`(call $log (i64.extend_i32_u ${cancelResult('(call $w-cancel)')}))`);
          isWriting = false;
        }
        break;
      case 2:
        steps.push(`(call $log (i64.extend_i32_u (call $poll (local.get $set) (i32.const 16))))
          (call $took (i32.load (i32.const 20))) (i32.store (i32.const 20) (i32.const 0))`);
        isReading = false;
        break;
      case 3:
        steps.push('(call $log (call $w-event))');
        isWriting = false;
        break;
      case 4:
      case 5:
        if (isReading && !isWild) break;
        steps.push(`(call $took (call $read (local.get $end)
          (i32.add (i32.const ${readAt}) (i32.mul (global.get $got) (i32.const ${size}))) (i32.const ${length})))`);
        if (!isWriting) isReading = true;
        break;
      default:
        if (isWriting && !isWild) break;
        steps.push(`(call $log (i64.extend_i32_u (call $w-write (i32.const ${length}))))`);
        if (!isReading) isWriting = true;
    }
  }
  if (random.percent(30) && !isWriting) steps.push('(call $w-drop)');
  if (random.percent(30) && !isReading) steps.push('(call $drop (local.get $end))');
  return steps.join('\n');
}
