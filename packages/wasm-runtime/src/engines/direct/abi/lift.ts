import type { WitFunction } from '@wasmlattice/rpc';
import { webAssembly } from '../../web-assembly.js';
import type { AbiPart } from './abi-part.js';
import { compileAsyncLift } from './async/async-lift.js';
import { callFromHost } from './async/call-from-host.js';
import { liftResult, lowerParams } from './call-values.js';
import { invoke, type Returned } from './core-arity.js';
import type { CanonOptions, CoreFunction } from './core-types.js';
import { LiftLowerContext } from './lift-lower-context.js';
import { runPostReturn } from './post-return.js';
import { compileSignatures, type Signature } from './signature.js';

/** `canon lift` of one exported function, the same for all instances of a component. */
export interface LiftPlan {
  /**
   * The function as the host calls it. A WIT `result` is returned as data. It rejects with what ended the guest, as it is:
   * an `AbiTrap`, V8's RuntimeError, an `ExitError`, the reason of the signal, what a host function threw.
   *
   * @param part the one that is called
   */
  bind(part: AbiPart, options: CanonOptions, core: CoreFunction): LiftedFunction;
}

export type LiftedFunction = (params: readonly unknown[]) => Promise<unknown>;

/**
 * @param exportId verbatim id of the interface, `''` for a world-level function; for messages
 */
export function compileLift(func: WitFunction, exportId: string): LiftPlan {
  const label = `export ${exportId === '' ? func.name : `${exportId} ${func.name}`}`;
  if (func.async === true) return compileAsync(func, label);
  const signatureFor = compileSignatures(func);
  return {
    bind(part, options, core) {
      const signature = signatureFor(options.memory?.pointer ?? 'i32');
      const cx = new LiftLowerContext(part, label, options, signature.tracksLends);
      const lifted = new Lifted(cx, signature, core, options.postReturn);
      return (params) => lifted.call(params);
    },
  };
}

function compileAsync(func: WitFunction, label: string): LiftPlan {
  const plan = compileAsyncLift(func, label);
  return { bind: (part, options, core) => callFromHost(plan.bind(part, options, core)) };
}

/** What the host calls. */
class Lifted {
  readonly #cx: LiftLowerContext;
  readonly #signature: Signature;
  readonly #core: CoreFunction;
  readonly #postReturn: CoreFunction | undefined;
  /** Made at the first call: an instance has exports that nobody calls. */
  #enter: ((...args: readonly unknown[]) => Promise<unknown>) | undefined;
  readonly #onReturn = (value: unknown): unknown => this.#returned(value as Returned);
  readonly #onFailure = (error: unknown): never => this.#failed(error);

  constructor(
    cx: LiftLowerContext,
    signature: Signature,
    core: CoreFunction,
    postReturn: CoreFunction | undefined,
  ) {
    this.#cx = cx;
    this.#signature = signature;
    this.#core = core;
    this.#postReturn = postReturn;
  }

  call(params: readonly unknown[]): Promise<unknown> {
    const { calls } = this.#cx.instance;
    if (calls.isBusy) return calls.turn().then(() => this.#start(params));
    calls.enter();
    return this.#start(params);
  }

  #start(params: readonly unknown[]): Promise<unknown> {
    const cx = this.#cx;
    try {
      cx.instance.begin(cx.label);
      cx.part.enter(undefined, cx.label);
      cx.part.tasks.enterSynchronous();
    } catch (refusal) {
      cx.instance.calls.leave();
      return Promise.reject(refusal);
    }
    try {
      cx.enter();
      lowerParams(cx, this.#signature, params);
    } catch (error) {
      return Promise.reject(this.#refuse(error));
    }
    try {
      this.#enter ??= promisingFunction(this.#core);
      return invoke(this.#enter, cx.flat, this.#signature.flatParams).then(this.#onReturn, this.#onFailure);
    } catch (error) {
      return Promise.reject(this.#end(error));
    }
  }

  #returned(returned: Returned): unknown {
    const cx = this.#cx;
    const { instance, part } = cx;
    let value: unknown;
    try {
      if (instance.failure !== undefined) throw instance.failure.error;
      cx.returnLent();
      value = liftResult(cx, this.#signature, returned);
      const borrows = part.tasks.exitSynchronous();
      if (borrows !== 0) {
        throw cx.trap(`the guest returned without dropping ${borrows} of the handles it was lent`);
      }
      runPostReturn(part, this.#postReturn, returned);
    } catch (error) {
      throw this.#end(error);
    }
    part.exit(undefined);
    instance.calls.leave();
    return value;
  }

  #failed(error: unknown): never {
    throw this.#end(error);
  }

  /** The host passed something wrong, of which the guest knows nothing yet. */
  #refuse(error: unknown): unknown {
    const { instance, part } = this.#cx;
    this.#cx.returnLent();
    part.exit(undefined);
    instance.calls.leave();
    return instance.failure?.error ?? error;
  }

  /** The guest is gone: what ended it first counts, whatever became of that on the way through the guest. */
  #end(error: unknown): unknown {
    const { instance } = this.#cx;
    const cause = instance.fail(error);
    instance.calls.leave();
    return cause;
  }
}

/** A component may lift what is no function of a module: a built-in, or an import. */
function promisingFunction(core: CoreFunction): (...args: readonly unknown[]) => Promise<unknown> {
  try {
    return webAssembly.promising(core);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return async (...args) => core(...(args as number[]));
  }
}
