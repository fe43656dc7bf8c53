import { createComponentValidator, type Verdict } from '@wasmlattice/component-validator';
import { createEngine, type Engine } from '@wasmlattice/wasm-runtime/engines';

/** What became of one mutant. The first four are what no mutant may be. */
export type MutantKind =
  /** wasmparser refuses it, and the engine prepares it. */
  | 'accepted-invalid'
  /** It is valid, and is called invalid. */
  | 'refused-valid'
  /** Something threw what is no refusal. */
  | 'unforeseen'
  /** Its validation, or what the engine does with it, took longer than a second of time on a processor. */
  | 'slow'
  /** Refused by both. */
  | 'invalid'
  /** Valid, but it uses a feature that is off or that the engine lacks. */
  | 'unsupported'
  /** Beyond a limit. */
  | 'limited'
  /** Valid for wasmparser, and V8 does not compile it. */
  | 'not-compiled'
  | 'prepared';

export const badKinds: readonly MutantKind[] = ['accepted-invalid', 'refused-valid', 'unforeseen', 'slow'];

export interface MutantResult {
  readonly kind: MutantKind;
  /** For those that somebody may want to look at. */
  readonly detail: string;
}

const slowMs = 1_000;

/** Gives mutants to the validator alone, and to the engine as a host has it. */
export class MutantTrial implements AsyncDisposable {
  readonly #validator = createComponentValidator();
  readonly #engine: Engine = createEngine({ choice: 'direct' });

  async try(bytes: Uint8Array): Promise<MutantResult> {
    const before = process.threadCpuUsage();
    const verdict = await this.#validator.validate(bytes);
    const result = await this.#prepare(bytes, verdict);
    const { user, system } = process.threadCpuUsage(before);
    const ms = (user + system) / 1_000;
    return ms > slowMs
      ? { kind: 'slow', detail: `${Math.round(ms)} ms, ${result.kind}: ${result.detail}` }
      : result;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#validator.close();
  }

  async #prepare(bytes: Uint8Array, verdict: Verdict): Promise<MutantResult> {
    try {
      await this.#engine.prepare(bytes, { component: 'mutant' });
    } catch (error) {
      return refusal(error, verdict);
    }
    const isValid = verdict.kind === 'valid';
    return isValid
      ? { kind: 'prepared', detail: '' }
      : { kind: 'accepted-invalid', detail: describe(verdict) };
  }
}

function refusal(error: unknown, verdict: Verdict): MutantResult {
  const { name, message } = error instanceof Error ? error : { name: 'no error', message: String(error) };
  const detail = `${name}: ${message}`;
  if (verdict.kind === 'exhausted') return { kind: 'slow', detail: describe(verdict) };
  switch (name) {
    case 'InvalidComponentError':
      return { kind: verdict.kind === 'invalid' ? 'invalid' : 'refused-valid', detail };
    case 'UnsupportedComponentError':
      return { kind: verdict.kind === 'invalid' ? 'unforeseen' : 'unsupported', detail };
    case 'ComponentLimitError':
    case 'MemoryLimitError':
      return { kind: 'limited', detail };
    case 'CompileError':
      return { kind: isFromV8(error) ? 'not-compiled' : 'unforeseen', detail };
    default:
      return { kind: 'unforeseen', detail };
  }
}

/** V8's own `CompileError` is the cause of ours. */
function isFromV8(error: unknown): boolean {
  const { cause } = error as Error;
  return cause instanceof Error && cause.name === 'CompileError' && cause.message.startsWith('WebAssembly.');
}

function describe(verdict: Verdict): string {
  return JSON.stringify(verdict);
}
