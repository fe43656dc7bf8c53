import { ExitError } from '../../../errors.js';

/** What upstream gives every component (docs/spec/component-runtime.md#3). */
const programArguments = ['main.wasm'];

export function getEnvironment(): [string, string][] {
  return [];
}

export function getArguments(): string[] {
  return [...programArguments];
}

export function initialCwd(): string | undefined {
  return undefined;
}

export function exit(status: { readonly tag: 'ok' | 'err' }): never {
  throw new ExitError(status.tag === 'ok' ? 0 : 1);
}

export function exitWithCode(code: number): never {
  throw new ExitError(code);
}
