import type {
  CompiledComponent,
  ComponentInstance,
  Engine,
  HostFunction,
  HostImport,
} from '@wasmlattice/wasm-runtime/engines';
import type { CallOutcome, Case, CaseOutcome } from './case.js';
import { fromPlain, type Plain, toPlain } from './plain.js';

/** Nothing in a case waits for the outside world, so this only ends what hangs. */
const patienceMs = 20_000;

/** Runs a case on an engine of this repository. */
export async function runCase(
  engine: Engine,
  bytes: Uint8Array,
  { host, calls }: Case,
): Promise<CaseOutcome> {
  let component: CompiledComponent;
  try {
    component = await engine.compile(bytes, { component: 'case', suspends: () => false });
  } catch (error) {
    const { name, message } = error as Error;
    return { kind: name === 'UnsupportedComponentError' ? 'unsupported' : 'refused', message };
  }
  try {
    let seen: (readonly [string, ...Plain[]])[] = [];
    const functions = new Map<string, HostFunction>(
      host.map(({ name, params, result, answer }) => [
        name,
        (...values: unknown[]) => {
          seen.push([name, ...params.map((type, i) => toPlain(values[i], type))]);
          return result === undefined ? undefined : fromPlain(answer ?? '', result);
        },
      ]),
    );
    const imported: HostImport = { func: (name) => functions.get(name), resource: () => undefined };
    const outcomes: CallOutcome[] = [];
    let instance: ComponentInstance | undefined;
    for (const { func, types, params, result, isFresh } of calls) {
      seen = [];
      try {
        if (isFresh || instance === undefined) {
          instance = await component.instantiate(new Map([['host', imported]]));
        }
        const values = types.map((type, i) => fromPlain(params[i] ?? '', type));
        const answer = await within(instance.call('', func, values).then((value) => ({ value })));
        if (answer === undefined) outcomes.push({ seen, hangs: true });
        else outcomes.push({ seen, ...(result && { value: toPlain(answer.value, result) }) });
      } catch (error) {
        outcomes.push({ seen, trap: (error as Error).message });
      }
    }
    return { kind: 'ran', calls: outcomes };
  } finally {
    component.dispose?.();
  }
}

/** `undefined` when it did not settle. */
async function within<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, patienceMs, undefined);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
