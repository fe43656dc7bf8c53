import type { CallHeaders } from '@wasmlattice/rpc';
import type { LogFields, Logger } from '@wasmlattice/telemetry';
import {
  describeExport,
  exceededLimit,
  IncompleteResponseError,
  type InstantiationError,
  TrapError,
} from '@wasmlattice/wasm-runtime';
import { LogWindows } from './log-windows.js';

/** A guest that ended by itself or by a limit of its component, or gave no response: its runtime may have caught an exception in it. */
export type GuestFault = TrapError | InstantiationError | IncompleteResponseError;

/** Traps that a log tells apart. */
interface TrapKind {
  /** A guest that gave no response may have meant it so. */
  readonly level: 'error' | 'warn';
  readonly text: string;
  readonly fields: LogFields;
}

/**
 * Tells those who operate a component of its guests that trapped: one record each, with all that helps to find out why, as long as
 * they are few. What a caller learns is less.
 */
export class TrapLog {
  readonly #componentId: string;
  readonly #logger: Logger;
  readonly #windows: LogWindows<TrapKind>;
  /** By export, and what V8 or the host calls the end: the guest can't make up new ones. */
  readonly #kinds = new Map<string, TrapKind>();

  constructor(options: {
    readonly componentId: string;
    readonly logger: Logger;
    /** In ms, growing; `performance.now` by default. */
    readonly now?: () => number;
  }) {
    this.#componentId = options.componentId;
    this.#logger = options.logger;
    this.#windows = new LogWindows({
      tellUnlogged: ({ level, text, fields }, count) =>
        this.#logger[level](
          `component ${this.#componentId} ${text} ${count} more times for the same reason`,
          fields,
        ),
      now: options.now,
    });
  }

  /**
   * @param headers of the call that the guest was to answer
   * @param logger that of the invocation
   */
  report(fault: GuestFault, headers: CallHeaders, logger: Logger): void {
    const kind = this.#kindOf(fault);
    if (!this.#windows.admits(kind)) return;
    logger[kind.level](`component ${this.#componentId} ${kind.text}: ${fault.reason}`, {
      ...kind.fields,
      reason: fault.reason,
      source_id: headers['source-id'],
      link_name: headers['link-name'],
      backtrace: fault.backtrace,
      guest_stderr: fault.guestStderr,
    });
  }

  /** Tells what was not logged so far. */
  close(): void {
    this.#windows.close();
  }

  #kindOf(fault: GuestFault): TrapKind {
    const func = fault instanceof TrapError ? describeExport(fault.instance, fault.func) : undefined;
    const key = `${func} ${endOf(fault)}`;
    const known = this.#kinds.get(key);
    if (known !== undefined) return known;
    const kind: TrapKind = {
      level: fault instanceof IncompleteResponseError ? 'warn' : 'error',
      text: textOf(fault, func),
      fields: { component: this.#componentId, export: func },
    };
    this.#kinds.set(key, kind);
    return kind;
  }
}

function textOf(fault: GuestFault, func: string | undefined): string {
  if (fault instanceof IncompleteResponseError) return 'left a request without a complete response';
  if (!(fault instanceof TrapError)) return 'could not be instantiated';
  switch (fault.kind) {
    case 'exit':
      return `ended itself in ${func}`;
    case 'limit':
    // Of what is ended from outside, only a deadline is a fault.
    case 'aborted':
      return `exceeded a limit in ${func}`;
    case 'trap':
      return `trapped in ${func}`;
  }
}

/** In words that are few: texts of V8 for what ended a guest in its own code, else the class of the error, with its limit. */
function endOf(fault: GuestFault): string {
  if (fault instanceof IncompleteResponseError) return fault.name;
  const { cause, component, reason } = fault;
  const exceeded = exceededLimit(cause, component);
  if (exceeded !== undefined) return `${exceeded.name} ${exceeded.limit}`;
  return cause instanceof Error && cause.name !== 'RuntimeError' ? cause.name : reason;
}
