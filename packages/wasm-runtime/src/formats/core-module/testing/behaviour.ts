import { type AnyFunction, type CoreTable, webAssembly } from '../../../engines/web-assembly.js';
import type { ValueType } from './generate-code.js';
import type { GeneratedModule } from './generate-module.js';
import type { Exports } from './link-rewritten.js';

interface ExceptionTag {
  readonly __tag?: never;
}

interface GuestException {
  is(tag: ExceptionTag): boolean;
  getArg(tag: ExceptionTag, index: number): unknown;
}

/** What JavaScript has of exceptions and tables of WebAssembly. */
const api = webAssembly as unknown as {
  readonly Tag: new (type: { readonly parameters: readonly string[] }) => ExceptionTag;
  readonly Exception: new (...args: never[]) => GuestException;
  readonly Table: new (type: {
    readonly element: 'anyfunc';
    readonly initial: number;
    readonly maximum: number;
  }) => CoreTable;
  readonly Global: new (
    type: { readonly value: 'i64'; readonly mutable: true },
    value: bigint,
  ) => { value: unknown };
};

/** What a generated module imports, and all that it did with it. */
export class RecordingHost {
  readonly log: unknown[] = [];
  readonly shared: { value: unknown } = new api.Global({ value: 'i64', mutable: true }, 7n);
  readonly table: CoreTable = new api.Table({ element: 'anyfunc', initial: 4, maximum: 20 });
  readonly tag: ExceptionTag = new api.Tag({ parameters: ['i32'] });
  readonly functions: Readonly<Record<string, unknown>> = {
    log: (a: number, b: bigint) => void this.log.push(['log', a, b]),
    ask: (question: number) => {
      this.log.push(['ask', question]);
      if (question % 7 === 3) throw new Error(`the host has no answer to ${question}`);
      return question + this.log.length;
    },
    pair: (value: number) => {
      this.log.push(['pair', value]);
      return [this.log.length, BigInt(this.log.length)];
    },
  };

  get imports(): Readonly<Record<string, unknown>> {
    const { shared, table, tag } = this;
    return { ...this.functions, base: 8, shared, table, tag };
  }
}

/** A module under test. */
export interface Subject {
  readonly host: RecordingHost;
  /** Other memories that it works on. */
  readonly memories: readonly { readonly buffer: ArrayBuffer }[];
  /** `undefined` when its instantiation failed, with what it threw. */
  readonly exports: Exports | undefined;
  readonly failure?: unknown;
}

/** Calls of exports, in their order. */
export type Calls = readonly { readonly name: string; readonly args: readonly unknown[] }[];

export type Run = (func: AnyFunction) => (...args: readonly unknown[]) => Promise<unknown>;

/** All of a module's behaviour that can be seen: what calls do, what the host is asked, and the state in the end. */
export async function observe(
  module: GeneratedModule,
  { host, memories, exports, failure }: Subject,
  calls: Calls,
  run: Run,
): Promise<unknown> {
  const shared = (): unknown => ({
    log: host.log,
    value: host.shared.value,
    memories: memories.map(({ buffer }) => digest(buffer)),
  });
  if (exports === undefined) return { failure: (failure as Error).constructor.name, ...(shared() as object) };
  const describe = (value: unknown): unknown => describeValue(value, exports, host);
  const outcomes: unknown[] = [];
  for (const { name, args } of calls) {
    (exports.refuel as () => void)();
    outcomes.push(await outcome(() => run(exports[name] as AnyFunction)(...args), describe));
  }
  const tables = [...module.tables.map(({ name }) => exports[name] as CoreTable), host.table];
  return {
    outcomes,
    ...(shared() as object),
    globals: module.globals.map((name) => describe((exports[name] as { value: unknown }).value)),
    vector: (exports.vector as () => unknown)(),
    own: module.memories.map((name) => digest((exports[name] as { buffer: ArrayBuffer }).buffer)),
    tables: tables.map((table) => readTable(table).map(describe)),
  };

  async function outcome(
    work: () => Promise<unknown>,
    describe: (value: unknown) => unknown,
  ): Promise<unknown> {
    try {
      const value = await work();
      return Array.isArray(value) ? value.map(describe) : describe(value);
    } catch (error) {
      return error instanceof api.Exception ? thrown(error) : String(error);
    }
  }

  function thrown(exception: GuestException): unknown {
    const tags: readonly [string, number][] = [
      ['$given', 1],
      ['$own', 0],
      ['$wide', 2],
    ];
    for (const [name, count] of tags) {
      const tag = exports?.[name] as ExceptionTag;
      if (!exception.is(tag)) continue;
      return [name, ...Array.from({ length: count }, (_, index) => exception.getArg(tag, index))];
    }
    return 'an unknown exception';
  }
}

function describeValue(value: unknown, exports: Exports, host: RecordingHost): unknown {
  if (typeof value !== 'function') return value;
  const [name] = Object.entries({ ...exports, ...host.functions }).find(([, each]) => each === value) ?? [];
  return { function: name };
}

function readTable(table: CoreTable): unknown[] {
  // Indices of tables of 64 bits are of another type.
  const index = (at: number): number =>
    typeof table.length === 'bigint' ? (BigInt(at) as unknown as number) : at;
  return Array.from({ length: Number(table.length) }, (_, at) => table.get(index(at)));
}

function digest(buffer: ArrayBuffer): string {
  const words = new Int32Array(buffer);
  let sum = 0;
  for (let at = 0; at < words.length; at++) sum = (Math.imul(sum, 31) + (words[at] as number)) | 0;
  return `${words.byteLength} bytes, ${sum}`;
}

/** A value to call an export with. */
export function argument(type: ValueType, number: number): unknown {
  switch (type) {
    case 'i32':
      return number | 0;
    case 'i64':
      return BigInt(number) * 3n;
    case 'f32':
    case 'f64':
      return number / 4;
    default:
      return null;
  }
}
