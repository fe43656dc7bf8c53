import type { WitType } from '@wasmlattice/rpc';
import type { Random } from '../random.js';

/** What the exported functions of these components return: the numbers that their scripts came by. */
export const logType: WitType = { kind: 'list', element: { kind: 'u32' } };

/** A module with a log in its memory: `log` takes a number, `end` gives address and length. */
const logModule = `(core module $log
  (memory (export "memory") 1)
  (global $count (mut i32) (i32.const 0))
  (func (export "log") (param i32)
    (i32.store (i32.add (i32.const 16) (i32.shl (global.get $count) (i32.const 2))) (local.get 0))
    (global.set $count (i32.add (global.get $count) (i32.const 1))))
  (func (export "end") (result i32)
    (i32.store (i32.const 0) (i32.const 16))
    (i32.store (i32.const 4) (global.get $count))
    (i32.const 0)))
(core instance $log (instantiate $log))`;

const logOptions = '(memory (core memory $log "memory"))';

/**
 * The inside of a component that makes, reads and drops resources of its own by a script. Most handles are right, some are of another
 * resource, gone, or made up.
 */
export function ownResourcesText(random: Random, names: readonly string[]): string {
  const kinds = random.between(1, 3);
  const each = (text: (kind: number) => string): string => random.times(kinds, text).join('\n');
  return `${logModule}
    (core module $d (import "log" "log" (func $log (param i32)))
      ${each((kind) => `(func (export "d${kind}") (param i32) (call $log (i32.add (local.get 0) (i32.const ${1000 * (kind + 1)}))))`)})
    (core instance $d (instantiate $d (with "log" (instance $log))))
    ${each((kind) => {
      const destructor = random.percent(80) ? ` (dtor (core func $d "d${kind}"))` : '';
      return `(type $r${kind} (resource (rep i32)${destructor}))
        (core func $new${kind} (canon resource.new $r${kind}))
        (core func $rep${kind} (canon resource.rep $r${kind}))
        (core func $drop${kind} (canon resource.drop $r${kind}))`;
    })}
    (core module $m
      (import "log" "log" (func $log (param i32)))
      (import "log" "end" (func $end (result i32)))
      ${each(
        (kind) => `(import "r" "new${kind}" (func $new${kind} (param i32) (result i32)))
        (import "r" "rep${kind}" (func $rep${kind} (param i32) (result i32)))
        (import "r" "drop${kind}" (func $drop${kind} (param i32)))`,
      )}
      ${names.map((name) => `(func (export "${name}") (result i32) ${scriptText(random, kinds)} (call $end))`).join('\n')})
    (core instance $m (instantiate $m (with "log" (instance $log)) (with "r" (instance
      ${each(
        (kind) => `(export "new${kind}" (func $new${kind})) (export "rep${kind}" (func $rep${kind}))
        (export "drop${kind}" (func $drop${kind}))`,
      )}))))
    ${liftLogs(names)}`;
}

/** Exports functions of `$m` that return the log. */
function liftLogs(names: readonly string[]): string {
  return names
    .map(
      (name) =>
        `(func (export "${name}") (result (list u32)) (canon lift (core func $m "${name}") ${logOptions}))`,
    )
    .join('\n');
}

/** Handles that a script holds, in locals by their number. */
class Holding {
  readonly #random: Random;
  readonly #live: { readonly kind: number; readonly local: number }[] = [];
  #locals = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  get locals(): number {
    return this.#locals;
  }

  /** The text of a handle to read, or to give away. */
  handle(kind: number, isGone: boolean): string {
    if (this.#random.percent(5))
      return `(i32.const ${this.#random.pick([0, 1, 2, 3, 0x7fff_ffff, 0xffff_ffff])})`;
    const index = this.#live.findIndex((held) => held.kind === kind);
    const held = this.#random.percent(3) ? this.#live[0] : this.#live[index];
    if (held === undefined) return '(i32.const 1)';
    // Some are used again when they are gone.
    if (isGone && !this.#random.percent(2)) this.#live.splice(this.#live.indexOf(held), 1);
    return `(local.get ${held.local})`;
  }

  /** The text that takes a handle from the stack, and logs it. */
  take(kind: number): string {
    const local = this.#locals++;
    this.#live.push({ kind, local });
    return `(local.set ${local}) (call $log (local.get ${local}))`;
  }

  has(kind: number): boolean {
    return this.#live.some((held) => held.kind === kind);
  }
}

function scriptText(random: Random, kinds: number): string {
  const holding = new Holding(random);
  const steps = random.times(random.between(3, 20), () => {
    const kind = random.below(kinds);
    if (!holding.has(kind) || random.percent(35)) {
      return `(call $new${kind} (i32.const ${random.below(900)})) ${holding.take(kind)}`;
    }
    return random.percent(50)
      ? `(call $log (call $rep${kind} ${holding.handle(kind, false)}))`
      : `(call $drop${kind} ${holding.handle(kind, true)})`;
  });
  return `${localsText(holding)} ${steps.join('\n')}`;
}

function localsText({ locals }: Holding): string {
  return locals === 0 ? '' : `(local ${'i32 '.repeat(locals)})`;
}

/** What components do to a resource of another. */
const resourceFuncs = `
  (export "make" (func (param "rep" u32) (result (own $r))))
  (export "take" (func (param "it" (own $r)) (result u32)))
  (export "look" (func (param "it" (borrow $r)) (result u32)))
  (export "both" (func (param "a" (borrow $r)) (param "b" (borrow $r)) (result u32)))
  (export "swap" (func (param "gone" (own $r)) (param "back" (own $r)) (result (own $r))))
  (export "log" (func (result (list u32))))`;

const resourceCore = [
  ['make', '(param i32) (result i32)'],
  ['take', '(param i32) (result i32)'],
  ['look', '(param i32) (result i32)'],
  ['both', '(param i32 i32) (result i32)'],
  ['swap', '(param i32 i32) (result i32)'],
] as const;

/** The inside of a component that defines a resource, and logs what becomes of its objects. */
export function definingText(): string {
  return `${logModule}
    (core module $d (import "log" "log" (func $log (param i32)))
      (func (export "d") (param i32) (call $log (i32.add (local.get 0) (i32.const 1000)))))
    (core instance $d (instantiate $d (with "log" (instance $log))))
    (type $raw (resource (rep i32) (dtor (core func $d "d"))))
    (export $x "r" (type $raw))
    (core func $new (canon resource.new $raw))
    (core func $rep (canon resource.rep $raw))
    (core func $drop (canon resource.drop $raw))
    (core module $m
      (import "log" "log" (func $log (param i32)))
      (import "log" "end" (func $end (result i32)))
      (import "r" "new" (func $new (param i32) (result i32)))
      (import "r" "rep" (func $rep (param i32) (result i32)))
      (import "r" "drop" (func $drop (param i32)))
      (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
      (func (export "take") (param i32) (result i32) (local i32)
        (local.set 1 (call $rep (local.get 0))) (call $log (local.get 1)) (call $drop (local.get 0)) (local.get 1))
      (func (export "look") (param i32) (result i32) (call $log (local.get 0)) (local.get 0))
      (func (export "both") (param i32 i32) (result i32) (i32.add (i32.mul (local.get 0) (i32.const 1000)) (local.get 1)))
      (func (export "swap") (param i32 i32) (result i32) (call $drop (local.get 0)) (local.get 1))
      (func (export "log") (result i32) (call $end)))
    (core instance $m (instantiate $m (with "log" (instance $log)) (with "r" (instance
      (export "new" (func $new)) (export "rep" (func $rep)) (export "drop" (func $drop))))))
    ${resourceLifts()}`;
}

/** The inside of a component that hands on what another does, but for borrows that it may keep in one case of twenty. */
export function passingText(random: Random): string {
  const forgets = random.percent(5);
  const drop = (local: number): string => (forgets ? '' : `(call $drop (local.get ${local}))`);
  return `${resourceImport()}
    ${logModule}
    (core module $m
      ${coreImports()}
      (import "i" "log" (func $logged (param i32)))
      (func (export "make") (param i32) (result i32) (call $make (local.get 0)))
      (func (export "take") (param i32) (result i32) (call $take (local.get 0)))
      (func (export "look") (param i32) (result i32) (call $look (local.get 0)) ${drop(0)})
      (func (export "both") (param i32 i32) (result i32) (call $both (local.get 1) (local.get 0)) ${drop(0)} ${drop(1)})
      (func (export "swap") (param i32 i32) (result i32) (call $swap (local.get 0) (local.get 1)))
      (func (export "log") (result i32) (call $logged (i32.const 8)) (i32.const 8)))
    ${resourceInstance()}
    (export $x "r" (type $r))
    ${resourceLifts()}`;
}

/** The inside of a component that uses the resource of another by scripts; `log` gives the log of the one that defines it. */
export function usingText(random: Random, names: readonly string[]): string {
  return `${resourceImport()}
    ${logModule}
    (core module $m
      ${coreImports()}
      (import "i" "log" (func $logged (param i32)))
      (import "log" "log" (func $log (param i32)))
      (import "log" "end" (func $end (result i32)))
      ${names.map((name) => `(func (export "${name}") (result i32) ${useText(random, [''])} (call $end))`).join('\n')}
      (func (export "log") (result i32) (call $logged (i32.const 8)) (i32.const 8)))
    ${resourceInstance('(with "log" (instance $log))')}
    ${liftLogs([...names, 'log'])}`;
}

/**
 * The inside of a component that imports the instance of another twice, and so has its resource as two types, which must not be one to
 * it. Its scripts use both.
 */
export function viewingText(random: Random, names: readonly string[]): string {
  const views = ['', '2'];
  return `(import "i" (instance $i (export "r" (type $r (sub resource))) ${resourceFuncs}))
    (component $Viewing
      ${views.map((view) => resourceImport(view)).join('\n')}
      ${logModule}
      (core module $m
        ${views.map((view) => coreImports(view)).join('\n')}
        (import "i" "log" (func $logged (param i32)))
        (import "log" "log" (func $log (param i32)))
        (import "log" "end" (func $end (result i32)))
        ${names.map((name) => `(func (export "${name}") (result i32) ${useText(random, views)} (call $end))`).join('\n')}
        (func (export "log") (result i32) (call $logged (i32.const 8)) (i32.const 8)))
      ${resourceInstance('(with "log" (instance $log))', views)}
      ${liftLogs([...names, 'log'])})
    (instance $v (instantiate $Viewing (with "i" (instance $i)) (with "i2" (instance $i))))
    ${[...names, 'log'].map((name) => `(export "${name}" (func $v "${name}"))`).join('\n')}`;
}

/** @param views ends of the names of the functions for each type that the component has a resource as */
function useText(random: Random, views: readonly string[]): string {
  const holding = new Holding(random);
  const steps = random.times(random.between(3, 16), () => {
    const kind = views.length === 1 ? 0 : random.below(views.length);
    const view = views[kind] ?? '';
    if (!holding.has(kind) || random.percent(30))
      return `(call $make${view} (i32.const ${random.below(900)})) ${holding.take(kind)}`;
    const look = (): string => holding.handle(kind, false);
    const give = (): string => holding.handle(kind, true);
    switch (random.below(5)) {
      case 0:
        return `(call $log (call $take${view} ${give()}))`;
      case 1:
        return `(call $log (call $look${view} ${look()}))`;
      case 2:
        return `(call $log (call $both${view} ${look()} ${look()}))`;
      case 3:
        return `(call $swap${view} ${give()} ${give()}) ${holding.take(kind)}`;
      default:
        return `(call $drop${view} ${give()})`;
    }
  });
  return `${localsText(holding)} ${steps.join('\n')}`;
}

function resourceImport(view = ''): string {
  return `(import "i${view}" (instance $i${view} (export "r" (type $r (sub resource))) ${resourceFuncs}))
    (alias export $i${view} "r" (type $r${view}))`;
}

function coreImports(view = ''): string {
  return `
    ${resourceCore.map(([name, type]) => `(import "i" "${name}${view}" (func $${name}${view} ${type}))`).join('\n')}
    (import "i" "drop${view}" (func $drop${view} (param i32)))`;
}

function resourceInstance(more = '', views: readonly string[] = ['']): string {
  const each = (text: (name: string, view: string) => string): string =>
    views.flatMap((view) => resourceCore.map(([name]) => text(name, view))).join('\n');
  return `
    (core module $alloc (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 32768)))
    (core instance $alloc (instantiate $alloc))
    ${each((name, view) => `(core func $l-${name}${view} (canon lower (func $i${view} "${name}")))`)}
    (core func $l-log (canon lower (func $i "log") ${logOptions} (realloc (core func $alloc "realloc"))))
    ${views.map((view) => `(core func $l-drop${view} (canon resource.drop $r${view}))`).join('\n')}
    (core instance $m (instantiate $m ${more} (with "i" (instance
      ${each((name, view) => `(export "${name}${view}" (func $l-${name}${view}))`)}
      ${views.map((view) => `(export "drop${view}" (func $l-drop${view}))`).join('\n')}
      (export "log" (func $l-log))))))`;
}

function resourceLifts(): string {
  const lift = (name: string, params: string, result: string): string =>
    `(func (export "${name}") ${params} (result ${result}) (canon lift (core func $m "${name}")${result.startsWith('(list') ? ` ${logOptions}` : ''}))`;
  return `
    ${lift('make', '(param "rep" u32)', '(own $x)')}
    ${lift('take', '(param "it" (own $x))', 'u32')}
    ${lift('look', '(param "it" (borrow $x))', 'u32')}
    ${lift('both', '(param "a" (borrow $x)) (param "b" (borrow $x))', 'u32')}
    ${lift('swap', '(param "gone" (own $x)) (param "back" (own $x))', '(own $x)')}
    ${lift('log', '', '(list u32)')}`;
}
