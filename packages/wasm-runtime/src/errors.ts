import { LimitExceededError } from './limits/limit-exceeded-error.js';
import type { LimitName } from './limits/limit-table.js';

/** Why an invocation ended without an answer. */
export type TrapKind =
  /** The guest broke a rule, panicked, or a host function failed in a way it can't be told. */
  | 'trap'
  /** The guest asked for more than it may have; the cause is a {@link LimitExceededError}. */
  | 'limit'
  /** The guest called `wasi:cli/exit`. */
  | 'exit'
  /** The invocation's signal was aborted: a deadline, a stop, a caller that left. */
  | 'aborted';

export interface TrapDetails {
  readonly component: string;
  /** Verbatim export id, `''` for a world-level function. */
  readonly instance: string;
  readonly func: string;
  readonly kind: TrapKind;
  /** The error that ended the guest, with the WebAssembly stack where there is one. */
  readonly cause: unknown;
}

/** The guest ended without returning. Its state is gone, other invocations are not affected. */
export class TrapError extends Error {
  override readonly name = 'TrapError';
  readonly component: string;
  readonly instance: string;
  readonly func: string;
  readonly kind: TrapKind;

  constructor(details: TrapDetails) {
    const { component, instance, func, kind, cause } = details;
    const where = `component "${component}", ${describeExport(instance, func)}`;
    super(`${where}: ${describeEnd(kind)}: ${describeCause(cause)}`, { cause });
    this.component = component;
    this.instance = instance;
    this.func = func;
    this.kind = kind;
  }
}

/** Thrown by `wasi:cli/exit` to end the guest. */
export class ExitError extends Error {
  override readonly name = 'ExitError';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`the guest exited with code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** Guest code that the host called and that can't be suspended ran too long: other guests of its thread had to wait. */
export class BlockedThreadError extends Error {
  override readonly name = 'BlockedThreadError';

  constructor(component: string, limitMs: number) {
    super(
      `a realloc, post-return or destructor of component "${component}" held its thread for more than ${limitMs} ms: such functions have to return soon, since they can't be suspended`,
    );
  }
}

/** A function was called that the component does not export. */
export class UnknownExportError extends Error {
  override readonly name = 'UnknownExportError';

  constructor(component: string, instance: string, func: string) {
    super(
      `component "${component}" does not export ${describeExport(instance, func)}: check the interface's version and the function's name`,
    );
  }
}

/** The bytes are a component, but the engine can't run it. */
export class CompileError extends Error {
  override readonly name: string = 'CompileError';

  constructor(component: string, engine: string, cause: unknown) {
    super(`component "${component}" can't be compiled by engine "${engine}": ${describeCause(cause)}`, {
      cause,
    });
  }
}

/** A component is made of more than it may be, or begins with more than it may have. */
export class ComponentLimitError extends LimitExceededError {
  override readonly name: string = 'ComponentLimitError';
  readonly needed: number;

  /** @param what it has, `begins with 65536 bytes of linear memory` */
  constructor(component: string, limit: LimitName, what: string, needed: number, allowed: number) {
    super({ component, limit, allowed, what });
    this.needed = needed;
  }
}

/** A component begins with more linear memory than it may have; `needed` and `allowed` are bytes. */
export class MemoryLimitError extends ComponentLimitError {
  override readonly name = 'MemoryLimitError';

  constructor(component: string, needed: number, allowed: number) {
    super(component, 'memory', `begins with ${needed} bytes of linear memory`, needed, allowed);
  }
}

/** A component could not be instantiated: its start code trapped, or the machine ran out of memory. */
export class InstantiationError extends Error {
  override readonly name = 'InstantiationError';

  constructor(component: string, cause: unknown) {
    super(`component "${component}" can't be instantiated: ${describeCause(cause)}`, { cause });
  }
}

/** `wasi:http/incoming-handler@0.2.3 handle`, or the name alone for a world-level function. */
export function describeExport(instance: string, func: string): string {
  return instance === '' ? `function ${func}` : `${instance} ${func}`;
}

export function describeCause(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function describeEnd(kind: TrapKind): string {
  switch (kind) {
    case 'trap':
      return 'the guest trapped';
    case 'limit':
      return 'the guest exceeded a limit';
    case 'exit':
      return 'the guest ended itself';
    case 'aborted':
      return 'the invocation was ended';
  }
}
