import { exceededLimit, LimitExceededError } from './limits/limit-exceeded-error.js';
import { type AnyLimitName, fixedLimitTable } from './limits/limit-table.js';
import { guestBacktrace } from './traps/guest-backtrace.js';

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
  /** The host function that the guest had called when it ended, `wasi:cli/exit@0.2.3 exit`, where that is known. */
  readonly hostFunction?: string | undefined;
  /** What V8 threw where the guest ended, as far as that is not the cause: the first stack of a guest says where. */
  readonly thrown?: readonly unknown[];
}

/** For those who operate a guest, not for its callers. */
export interface GuestEnd {
  /** What ended the guest, in few words: `unreachable`, `stack overflow`, `the guest exited with code 3`. */
  readonly reason: string;
  /** Where the guest was: see `guestBacktrace`. Made when it is first read. */
  readonly backtrace: string | undefined;
  /** The end of what the invocation wrote to `wasi:cli/stderr`; `undefined` when it wrote nothing. */
  readonly guestStderr: string | undefined;
}

/**
 * The guest ended without returning. Its state is gone, other invocations are not affected. The message is for the guest's caller;
 * `stack` is the guest's own, and what it wrote to stderr.
 */
export class TrapError extends Error implements GuestEnd {
  override readonly name = 'TrapError';
  readonly component: string;
  readonly instance: string;
  readonly func: string;
  readonly kind: TrapKind;
  readonly reason: string;
  readonly #hostFunction: string | undefined;
  readonly #thrown: readonly unknown[];
  #backtrace: { readonly text: string | undefined } | undefined;
  #guestStderr: string | undefined;

  constructor(details: TrapDetails) {
    const { component, instance, func, kind, cause, hostFunction, thrown = [] } = details;
    const where = `component "${component}", ${describeExport(instance, func)}`;
    const reason = describeTrap(cause);
    super(`${where}: ${describeEnd(kind)}: ${reason}`, { cause });
    this.component = component;
    this.instance = instance;
    this.func = func;
    this.kind = kind;
    this.reason = reason;
    this.#hostFunction = hostFunction;
    this.#thrown = thrown;
    showGuestStack(this);
  }

  get backtrace(): string | undefined {
    this.#backtrace ??= { text: guestBacktrace([this.cause, ...this.#thrown], this.#hostFunction) };
    return this.#backtrace.text;
  }

  get guestStderr(): string | undefined {
    return this.#guestStderr;
  }

  /** Adds what the invocation wrote, which only whoever has its host functions knows. */
  attachStderr(text: string): void {
    this.#guestStderr = text;
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
export class BlockedThreadError extends LimitExceededError {
  override readonly name = 'BlockedThreadError';

  constructor(component: string) {
    const what = 'held its thread by reallocs, post-returns or destructors';
    super({ component, limit: 'blocked-time', allowed: fixedLimitTable['blocked-time'].value, what });
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
  constructor(component: string, limit: AnyLimitName, what: string, needed: number, allowed: number) {
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

/** A component could not be instantiated: its start code trapped or was ended, or the machine ran out of memory. */
export class InstantiationError extends Error implements GuestEnd {
  override readonly name = 'InstantiationError';
  readonly component: string;
  readonly kind: Extract<TrapKind, 'trap' | 'aborted'>;
  readonly reason: string;
  readonly #thrown: readonly unknown[];
  #backtrace: { readonly text: string | undefined } | undefined;
  #guestStderr: string | undefined;

  /** @param details as those of a {@link TrapError} */
  constructor(
    component: string,
    cause: unknown,
    {
      kind = 'trap',
      thrown = [],
    }: Pick<TrapDetails, 'thrown'> & { readonly kind?: InstantiationError['kind'] } = {},
  ) {
    const reason = describeTrap(cause);
    super(`component "${component}" can't be instantiated: ${reason}`, { cause });
    this.component = component;
    this.kind = kind;
    this.reason = reason;
    this.#thrown = thrown;
    showGuestStack(this);
  }

  get backtrace(): string | undefined {
    this.#backtrace ??= { text: guestBacktrace([this.cause, ...this.#thrown]) };
    return this.#backtrace.text;
  }

  get guestStderr(): string | undefined {
    return this.#guestStderr;
  }

  /** As {@link TrapError.attachStderr}. */
  attachStderr(text: string): void {
    this.#guestStderr = text;
  }
}

/** A guest returned without the HTTP response that it owed, or amid it: with an exception that its own runtime caught. */
export class IncompleteResponseError extends Error implements GuestEnd {
  override readonly name = 'IncompleteResponseError';
  readonly reason: string;
  readonly backtrace = undefined;
  readonly guestStderr: string | undefined;

  constructor(reason: string, guestStderr: string | undefined) {
    super(reason);
    this.reason = reason;
    this.guestStderr = guestStderr;
    showGuestStack(this);
  }
}

/** Whether a guest ended by itself or by a limit of its component, its deadline included: neither a stop nor its caller ended it. */
export function isGuestFault(error: unknown): error is TrapError | InstantiationError {
  if (!(error instanceof TrapError || error instanceof InstantiationError)) return false;
  return error.kind !== 'aborted' || exceededLimit(error.cause, error.component) !== undefined;
}

/** `wasi:http/incoming-handler@0.2.3 handle`, or the name alone for a world-level function. */
export function describeExport(instance: string, func: string): string {
  return instance === '' ? `function ${func}` : `${instance} ${func}`;
}

export function describeCause(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** V8 gives an exhausted stack no word of WebAssembly's own. */
function describeTrap(cause: unknown): string {
  const isOverflow = cause instanceof RangeError && cause.message === 'Maximum call stack size exceeded';
  return isOverflow ? 'stack overflow' : describeCause(cause);
}

/**
 * Gives an error the stack of its guest: that of the host is the same for all. Made when it is asked for, which nobody does of most
 * errors.
 */
function showGuestStack(error: Error & GuestEnd): void {
  Object.defineProperty(error, 'stack', {
    configurable: true,
    get: () => [`${error.name}: ${error.message}`, describeGuest(error)].filter(Boolean).join('\n'),
  });
}

/** Most of the guest's stderr that goes with a stack, which exporters cut at 8 KiB. The end of it tells most. */
const maxStderrInStack = 3_072;

/** Backtrace and stderr of a guest as text for people; empty when nothing is known. */
function describeGuest({ backtrace, guestStderr }: GuestEnd): string {
  const parts = backtrace === undefined ? [] : [backtrace];
  if (guestStderr !== undefined) {
    parts.push(`stderr of the guest:\n${guestStderr.slice(-maxStderrInStack).toWellFormed()}`);
  }
  return parts.join('\n');
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
