import type { WitType } from '@wasmlattice/rpc';
import type { Random } from '../random.js';
import { memoryModule } from './core-text.js';

/**
 * What a cancellation came to, without the bit that tells one that came too late from one that came in time: engines and suites read the
 * specification in two ways where something was copied before.
 */
export function cancelResult(cancel: string): string {
  return `(i32.and ${cancel} (i32.const 0xfffffffd))`;
}

/** What the scripts here return: the numbers that they came by, and the bytes that they have read. */
export const streamsResult: WitType = {
  kind: 'tuple',
  items: [
    { kind: 'list', element: { kind: 'u32' } },
    { kind: 'list', element: { kind: 'u8' } },
  ],
};

/** Where the log, the bytes read and the bytes to write are in memory. */
const logStart = 64;
const readStart = 8192;
const readLength = 4096;
const writeStart = 16_384;
const writeLength = 4096;

/** Those that may go from one end to the other within one instance. */
const numbers = ['u8', 's8', 'u16', 's16', 'u32', 's32', 'u64', 's64', 'f32', 'f64'] as const;

/** Text of an element type and bytes of an element; the unit has neither. */
interface Element {
  readonly text: string;
  readonly size: number;
}

/** What streams and futures of one element type can do, with names that begin with `name`. */
interface Kind {
  readonly name: string;
  readonly what: 'stream' | 'future';
  readonly element: Element;
}

/** An end that the script holds, in a local. */
interface End {
  readonly kind: Kind;
  readonly side: 'read' | 'write';
  /** The same number as the other end of its stream or future. */
  readonly pair: number;
  readonly local: number;
  isBusy: boolean;
  isDone: boolean;
  /**
   * The other end is gone. Where this one has nothing to wait for any more, wasmtime tells it of that, and the specification does not: it is
   * asked nothing.
   */
  isAlone?: boolean;
  /** A local with the set that it has joined. */
  set?: number;
}

/**
 * The inside of a component with scripts that make streams and futures, read, write, cancel and drop both of their ends, without ever waiting.
 * Some of what they do is not allowed.
 */
export function streamsText(random: Random, names: readonly string[]): string {
  const kinds = random.times(random.between(1, 3), (i): Kind => {
    const what = random.percent(60) ? 'stream' : 'future';
    return { name: `k${i}`, what, element: anyElement(random) };
  });
  const data = random
    .times(writeLength, () => `\\${random.below(256).toString(16).padStart(2, '0')}`)
    .join('');
  return [
    memoryModule('bump', 65_536, `(data (i32.const ${writeStart}) "${data}")`),
    '(core instance $mem (instantiate $mem))',
    ...kinds.map(kindText),
    `(core func $set.new (canon waitable-set.new))
    (core func $set.drop (canon waitable-set.drop))
    (core func $join (canon waitable.join))
    (core func $poll (canon waitable-set.poll (memory (core memory $mem "memory"))))`,
    `(core module $m
      (import "m" "memory" (memory 1))
      (import "b" "set.new" (func $set.new (result i32)))
      (import "b" "set.drop" (func $set.drop (param i32)))
      (import "b" "join" (func $join (param i32 i32)))
      (import "b" "poll" (func $poll (param i32 i32) (result i32)))
      ${kinds.map(importsText).join('\n')}
      ${logText}
      ${names.map((name) => new Script(random, kinds).text(name)).join('\n')})`,
    `(core instance $m (instantiate $m (with "m" (instance $mem)) (with "b" (instance
      (export "set.new" (func $set.new)) (export "set.drop" (func $set.drop))
      (export "join" (func $join)) (export "poll" (func $poll))
      ${kinds.map(givenText).join('\n')}))))`,
    ...names.map(
      (name) => `(func (export "${name}") async (result (tuple (list u32) (list u8)))
        (canon lift (core func $m "${name}") (memory (core memory $mem "memory"))))`,
    ),
  ].join('\n');
}

function anyElement(random: Random): Element {
  if (random.percent(15)) return { text: '', size: 0 };
  const kind = random.pick(numbers);
  return { text: kind, size: Number(kind.slice(1)) / 8 };
}

const verbs = ['read', 'write', 'cancel-read', 'cancel-write', 'drop-readable', 'drop-writable'] as const;

function kindText({ name, what, element }: Kind): string {
  const memory = element.size === 0 ? '' : ' (memory (core memory $mem "memory"))';
  const canon = (verb: string, options = ''): string =>
    `(core func $${name}.${verb} (canon ${what}.${verb} $${name}${options}))`;
  return [
    `(type $${name} (${what}${element.text === '' ? '' : ` ${element.text}`}))`,
    canon('new'),
    ...verbs.map((verb) => {
      if (verb.startsWith('drop')) return canon(verb);
      return canon(verb, verb.startsWith('cancel') ? ' async' : ` async${memory}`);
    }),
  ].join('\n');
}

function importsText({ name, what }: Kind): string {
  const copy = what === 'stream' ? '(param i32 i32 i32) (result i32)' : '(param i32 i32) (result i32)';
  const types: Record<(typeof verbs)[number], string> = {
    read: copy,
    write: copy,
    'cancel-read': '(param i32) (result i32)',
    'cancel-write': '(param i32) (result i32)',
    'drop-readable': '(param i32)',
    'drop-writable': '(param i32)',
  };
  return [
    `(import "b" "${name}.new" (func $${name}.new (result i64)))`,
    ...verbs.map((verb) => `(import "b" "${name}.${verb}" (func $${name}.${verb} ${types[verb]}))`),
  ].join('\n');
}

function givenText({ name }: Kind): string {
  return ['new', ...verbs].map((verb) => `(export "${name}.${verb}" (func $${name}.${verb}))`).join(' ');
}

const logText = `
  (global $count (mut i32) (i32.const 0))
  (func $log (param i32)
    (i32.store (i32.add (i32.const ${logStart}) (i32.shl (global.get $count) (i32.const 2))) (local.get 0))
    (global.set $count (i32.add (global.get $count) (i32.const 1))))
  (func $end (result i32)
    (i32.store (i32.const 0) (i32.const ${logStart})) (i32.store (i32.const 4) (global.get $count))
    (i32.store (i32.const 8) (i32.const ${readStart})) (i32.store (i32.const 12) (i32.const ${readLength}))
    (i32.const 0))`;

/** One function: a straight line of steps. It keeps in mind what is allowed, and leaves that now and then. */
class Script {
  readonly #random: Random;
  readonly #kinds: readonly Kind[];
  readonly #ends: End[] = [];
  readonly #sets: number[] = [];
  readonly #steps: string[] = [];
  #locals = 0;

  constructor(random: Random, kinds: readonly Kind[]) {
    this.#random = random;
    this.#kinds = kinds;
  }

  text(name: string): string {
    for (let steps = this.#random.between(4, 30); steps > 0; steps--) this.#step();
    const locals = this.#locals === 0 ? '' : `(local ${'i32 '.repeat(this.#locals)})`;
    return `(func (export "${name}") (result i32) ${locals} (local $pair i64)
      ${this.#steps.join('\n')} (call $end))`;
  }

  #step(): void {
    const random = this.#random;
    const end = this.#anyEnd();
    if (end === undefined || random.percent(12)) {
      this.#make();
      return;
    }
    const isWild = random.percent(3);
    switch (random.below(8)) {
      case 0:
        if (isWild || !end.isBusy) this.#drop(end);
        return;
      case 1:
        if (isWild || end.isBusy) this.#cancel(end);
        return;
      case 2:
        if (isWild || end.set === undefined) this.#join(end);
        return;
      case 3:
        this.#poll(end);
        return;
      default:
        if (isWild || (!end.isBusy && !end.isDone)) this.#copy(end);
    }
  }

  #anyEnd(): End | undefined {
    return this.#ends[this.#random.below(Math.max(1, this.#ends.length))];
  }

  #make(): void {
    const kind = this.#random.pick(this.#kinds as [Kind, ...Kind[]]);
    const [read, write] = [this.#locals++, this.#locals++];
    this.#steps.push(`(local.set $pair (call $${kind.name}.new))
      (local.set ${read} (i32.wrap_i64 (local.get $pair)))
      (local.set ${write} (i32.wrap_i64 (i64.shr_u (local.get $pair) (i64.const 32))))
      (call $log (local.get ${read})) (call $log (local.get ${write}))`);
    this.#ends.push({ kind, side: 'read', pair: read, local: read, isBusy: false, isDone: false });
    this.#ends.push({ kind, side: 'write', pair: read, local: write, isBusy: false, isDone: false });
  }

  #copy(end: End): void {
    const { kind, side, local } = end;
    const size = kind.element.size;
    const count = kind.what === 'future' ? 1 : this.#random.percent(20) ? 0 : this.#random.between(1, 9);
    const room = Math.floor((side === 'read' ? readLength : writeLength) / Math.max(size, 1)) - 10;
    const offset = this.#random.below(room) * Math.max(size, 1);
    const address = (side === 'read' ? readStart : writeStart) + offset;
    const length = kind.what === 'stream' ? ` (i32.const ${count})` : '';
    this.#steps.push(
      `(call $log (call $${kind.name}.${side} (local.get ${local}) (i32.const ${address})${length}))`,
    );
    this.#settleWith(end);
  }

  /** Whether the other end was waiting decides who is busy now: so much of the model is enough to be right most of the time. */
  #settleWith(end: End): void {
    const other = this.#ends.find((each) => isOtherEnd(each, end));
    if (other?.isBusy) {
      // The other one learns of it by an event.
      if (end.kind.what === 'future') end.isDone = true;
    } else {
      end.isBusy = other !== undefined;
      if (other === undefined) end.isDone = true;
    }
  }

  #cancel(end: End): void {
    if (end.isAlone) return;
    const cancel = `(call $${end.kind.name}.cancel-${end.side} (local.get ${end.local}))`;
    this.#steps.push(`(call $log ${cancelResult(cancel)})`);
    end.isBusy = false;
  }

  #drop(end: End): void {
    // The writable end of a future may go when it was written only.
    if (end.kind.what === 'future' && end.side === 'write' && !end.isDone && this.#random.percent(90)) return;
    this.#steps.push(
      `(call $${end.kind.name}.drop-${end.side === 'read' ? 'readable' : 'writable'} (local.get ${end.local}))`,
    );
    this.#ends.splice(this.#ends.indexOf(end), 1);
    const other = this.#ends.find((each) => isOtherEnd(each, end));
    if (other !== undefined) other.isAlone = true;
  }

  #join(end: End): void {
    // A set has one member, so that the order of events is no question.
    const set = this.#locals++;
    this.#sets.push(set);
    end.set = set;
    this.#steps.push(`(local.set ${set} (call $set.new)) (call $log (local.get ${set}))
      (call $join (local.get ${end.local}) (local.get ${set}))`);
  }

  #poll(end: End): void {
    if (end.set === undefined || end.isAlone) return;
    this.#steps.push(`(call $log (call $poll (local.get ${end.set}) (i32.const 16)))
      (call $log (i32.load (i32.const 16))) (call $log (i32.load (i32.const 20)))`);
    end.isBusy = false;
  }
}

function isOtherEnd(one: End, end: End): boolean {
  return one !== end && one.pair === end.pair;
}
