import { featuresOn } from './features.js';
import { type CountedLimit, memoryFor, type ValidationLimits } from './limits.js';
import type { ComponentReport, Place, Verdict } from './verdict.js';
import { type CoreMemory, type CoreModule, webAssembly } from './web-assembly.js';

/** The exports of `wasm/validator.wasm`; addresses are unsigned 32 bits, as JavaScript has them after `>>> 0`. */
interface ValidatorExports {
  allocate(length: number): number;
  validate(request: number, requestLength: number, file: number, fileLength: number): number;
  describe(): number;
  is_out_of_memory(): number;
  panic_text(): number;
}

/** What the build writes down, in its own words. */
type Answer =
  | ({
      readonly verdict: 'valid';
    } & AnsweredReport)
  | {
      readonly verdict: 'invalid';
      readonly message: string;
      readonly offset: number;
      readonly place: Json<Place>;
    }
  | ({
      readonly verdict: 'unsupported';
      /** Those that are off. */
      readonly features: readonly string[];
      readonly offset: number;
      readonly place: Json<Place>;
    } & AnsweredReport)
  | {
      readonly verdict: 'limit';
      readonly limit: CountedLimit;
      readonly found: number;
      readonly allowed: number;
      readonly place: Json<Place>;
    };

/** Where it was asked for. */
interface AnsweredReport {
  readonly used?: readonly string[];
  readonly report?: Json<Omit<ComponentReport, 'features'>>;
}

/** What is absent is `null` there. */
type Json<T> = { readonly [Name in keyof T]: T[Name] | null };

/** What is not the file's fault. */
export class ValidatorFailure extends Error {
  override readonly name = 'ValidatorFailure';
}

const pageSize = 65_536;
/** As `recipe/build.rs` has it. */
const initialPages = 32;
const mostPages = 65_536;

export interface JudgeOptions {
  readonly limits: ValidationLimits;
  readonly report: boolean;
}

/**
 * Judges a file in this thread, in an instance of its own: whatever becomes of that, the next one is not touched. Takes as long as it
 * takes.
 *
 * @param validator the compiled `wasm/validator.wasm`
 * @throws ValidatorFailure when it panics
 */
export function judge(validator: CoreModule, bytes: Uint8Array, { limits, report }: JudgeOptions): Verdict {
  const allowed = memoryFor(bytes.length, limits);
  const memory = new webAssembly.Memory({
    initial: initialPages,
    maximum: Math.min(mostPages, initialPages + Math.ceil(allowed / pageSize)),
  });
  const exports = instantiate(validator, memory);
  const put = (content: Uint8Array): number => {
    const address = exports.allocate(content.length) >>> 0;
    if (address === 0) throw new RangeError('there is no memory for it');
    new Uint8Array(memory.buffer, address, content.length).set(content);
    return address;
  };
  try {
    const request = new TextEncoder().encode(requestText(limits, report));
    const answer = exports.validate(put(request), request.length, put(bytes), bytes.length);
    return verdictOf(JSON.parse(readAnswer(memory, answer)) as Answer);
  } catch (error) {
    if (exports.is_out_of_memory() !== 0) return { kind: 'exhausted', resource: 'memory', allowed };
    if (isStackOverflow(error)) return { kind: 'exhausted', resource: 'stack' };
    const panic: unknown = JSON.parse(readAnswer(memory, exports.panic_text()));
    throw new ValidatorFailure(typeof panic === 'string' && panic !== '' ? panic : String(error));
  }
}

/** The version of wasmparser in the build, and the features that it tells apart. */
export function describeBuild(validator: CoreModule): {
  readonly wasmparser: string;
  readonly features: readonly string[];
} {
  const memory = new webAssembly.Memory({ initial: initialPages, maximum: mostPages });
  return JSON.parse(readAnswer(memory, instantiate(validator, memory).describe()));
}

function instantiate(validator: CoreModule, memory: CoreMemory): ValidatorExports {
  const { exports } = new webAssembly.Instance(validator, { env: { memory } });
  return exports as unknown as ValidatorExports;
}

function requestText(limits: ValidationLimits, report: boolean): string {
  const { timeMs: _time, memoryBytes: _memory, ...counted } = limits;
  return [
    ...featuresOn.map((name) => `feature ${name}`),
    ...Object.entries(counted).map(([name, most]) => `limit ${name} ${most}`),
    ...(report ? ['report'] : []),
  ].join('\n');
}

function readAnswer(memory: CoreMemory, address: number): string {
  const start = address >>> 0;
  const length = new DataView(memory.buffer).getUint32(start, true);
  return new TextDecoder().decode(new Uint8Array(memory.buffer, start + 4, length));
}

function verdictOf(answer: Answer): Verdict {
  switch (answer.verdict) {
    case 'valid':
      return { kind: 'valid', ...reportOf(answer, []) };
    case 'invalid': {
      const { message, offset, place } = answer;
      return { kind: 'invalid', message: oneLine(message), offset, place: present(place) };
    }
    case 'unsupported': {
      const { features, offset, place } = answer;
      return { kind: 'unsupported', features, offset, place: present(place), ...reportOf(answer, features) };
    }
    case 'limit': {
      const { limit, found, allowed, place } = answer;
      return { kind: 'limit', limit, found, allowed, place: present(place) };
    }
  }
}

/** @param off features that are used and off */
function reportOf(
  { report, used = [] }: AnsweredReport,
  off: readonly string[],
): { readonly report?: ComponentReport } {
  if (report === undefined) return {};
  return { report: { ...present(report), features: [...new Set([...used, ...off])] } };
}

/** wasmparser writes causes below one another, the outermost first. */
function oneLine(message: string): string {
  return message
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join(': ');
}

/** Without what is `null`, at all depths. */
function present<T>(value: Json<T>): T {
  return JSON.parse(JSON.stringify(value), (_name, each: unknown) => each ?? undefined) as T;
}

/** Of V8's own stack, or of the one in the memory, which grows down to address 0 and beyond. */
function isStackOverflow(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.message === 'Maximum call stack size exceeded' || error.message === 'memory access out of bounds')
  );
}
