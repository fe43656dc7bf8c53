import { webAssembly } from '../../../web-assembly.js';
import type { AbiPart } from '../abi-part.js';
import { AbiTrap } from '../abi-trap.js';
import { type Returned, withArity } from '../core-arity.js';
import type { CanonOptions, CoreFunction } from '../core-types.js';
import { compileCrossing } from '../crossing/compile-crossing.js';
import type { Crossing } from '../crossing/crossing.js';
import { sequenceCrossing } from '../crossing/sequence-crossing.js';
import type { Handle } from '../handle-table.js';
import { type Layout, type SequenceLayout, sequenceLayout } from '../layout.js';
import { LiftLowerContext } from '../lift-lower-context.js';
import { runPostReturn } from '../post-return.js';
import { toAddress } from '../ranges.js';
import {
  compileSignatures,
  type FunctionType,
  liftedSignature,
  loweredSignature,
  type Signature,
} from '../signature.js';
import { adapterModule } from './encode-adapter.js';
import { flatArea, leaveFlat } from './flat-area.js';

/** One side of a call between parts. */
export interface CallSide {
  readonly part: AbiPart;
  readonly options: CanonOptions;
}

/** The type of a function as each side sees it: the same but for what they know resources as. */
export interface CallTypes {
  readonly caller: FunctionType;
  readonly callee: FunctionType;
}

/** A call from one part of a component to another, the same for all instances of it. */
export interface CallPlan {
  /** What the caller calls. `core` is what it gets to. */
  bind(caller: CallSide, callee: CallSide, core: CoreFunction): CoreFunction;
}

/**
 * Lowers a function that another part lifts.
 *
 * No frame of JavaScript lies below the callee while it runs, so that it can be suspended, and the caller with it: the caller calls a few
 * instructions of WebAssembly, which have JavaScript pass the arguments, call the core function themselves, and have JavaScript pass the
 * result.
 *
 * @param name of the function, for messages
 */
export function compilePartCall(types: CallTypes, name: string): CallPlan {
  // Of types that are the same but for their resources, signatures are too.
  const signatureFor = compileSignatures(types.caller);
  const label = `function ${name}`;
  return {
    bind(caller, callee, core) {
      const lowered = signatureFor(caller.options.memory?.pointer ?? 'i32');
      const lifted = signatureFor(callee.options.memory?.pointer ?? 'i32');
      const from = new LiftLowerContext(caller.part, label, caller.options, lowered.borrows);
      const to = new LiftLowerContext(callee.part, label, callee.options, false);
      const call = new PartCall(from, to, types, { lowered, lifted }, callee.options.postReturn);
      return call.adapt(core);
    },
  };
}

interface CallSignatures {
  readonly lowered: Signature;
  readonly lifted: Signature;
}

/** What is to be undone when a call is over. */
type CallState = readonly Handle[] | null;

class PartCall {
  /** Of the caller. */
  readonly #from: LiftLowerContext;
  /** Of the callee. */
  readonly #to: LiftLowerContext;
  readonly #lowered: Signature;
  readonly #lifted: Signature;
  readonly #params: Crossing;
  readonly #layouts: { readonly from: SequenceLayout; readonly to: SequenceLayout };
  readonly #result: Crossing | undefined;
  readonly #postReturn: CoreFunction | undefined;

  constructor(
    from: LiftLowerContext,
    to: LiftLowerContext,
    { caller, callee }: CallTypes,
    { lowered, lifted }: CallSignatures,
    postReturn: CoreFunction | undefined,
  ) {
    this.#from = from;
    this.#to = to;
    this.#lowered = lowered;
    this.#lifted = lifted;
    this.#postReturn = postReturn;
    const pointers = { from: lowered.pointer, to: lifted.pointer };
    this.#layouts = { from: layoutOf(lowered), to: layoutOf(lifted) };
    this.#params = sequenceCrossing(
      caller.params.map(({ type }, i) =>
        compileCrossing({ from: type, to: callee.params[i]?.type ?? type }, pointers),
      ),
      this.#layouts.from,
      this.#layouts.to,
    );
    this.#result =
      caller.result &&
      callee.result &&
      compileCrossing({ from: callee.result, to: caller.result }, { from: pointers.to, to: pointers.from });
  }

  adapt(target: CoreFunction): CoreFunction {
    const signature = { lowered: loweredSignature(this.#lowered), lifted: liftedSignature(this.#lifted) };
    const begin = (): CallState => this.#begin(signature.lifted.params);
    const imports = {
      begin: withArity(signature.lowered.params.length, this.#from.flat, begin),
      target,
      end: (state: CallState, returned?: Returned, target?: Returned) => this.#end(state, returned, target),
      escaped: this.#escaped,
      area: flatArea,
      js: webAssembly.JSTag,
    };
    return new webAssembly.Instance(adapterModule(signature), { '': imports }).exports.call as CoreFunction;
  }

  #begin(coreTypes: Parameters<typeof leaveFlat>[0]): CallState {
    const from = this.#from;
    const to = this.#to;
    try {
      from.part.assertMayLeave(from.label);
      if (to.part.isRelatedTo(from.part)) {
        throw to.trap(
          'cannot enter a component from one that it contains or that contains it, or from itself',
        );
      }
      to.part.enter(from.part, to.label);
      to.part.tasks.enterSynchronous();
      from.enter();
      to.enter();
      this.#passParams();
      leaveFlat(coreTypes, to.flat);
      return from.lent === undefined || from.lent.length === 0 ? null : (from.lent.splice(0) as Handle[]);
    } catch (error) {
      throw from.instance.fail(error);
    }
  }

  #passParams(): void {
    const from = this.#from;
    const to = this.#to;
    if (this.#lowered.spilled === undefined) {
      this.#params.pass(from, 0, to, 0);
      return;
    }
    const { from: source, to: target } = this.#layouts;
    const address = toAddress(from.flat[0]);
    from.checkRange(address, source.size, source.align, 'the parameters');
    const allocated = to.allocate(target.align, target.size, 'the parameters');
    this.#params.copy(from, address, to, allocated);
    to.flat[0] = this.#lifted.pointer === 'i32' ? allocated : BigInt(allocated);
  }

  #end(state: CallState, returned: Returned, target: Returned): Returned {
    const from = this.#from;
    const to = this.#to;
    const { instance, part } = to;
    try {
      if (instance.failure !== undefined) throw instance.failure.error;
      const borrows = part.tasks.exitSynchronous();
      if (borrows !== 0) {
        throw to.trap(`the callee returned without dropping ${borrows} of the handles it was lent`);
      }
      const result = this.#passResult(returned, target);
      runPostReturn(this.#to.part, this.#postReturn, returned);
      if (state !== null) for (const handle of state) handle.lends--;
      part.exit(from.part);
      return result;
    } catch (error) {
      throw instance.fail(error);
    }
  }

  #passResult(returned: Returned, target: Returned): Returned {
    const from = this.#to;
    const to = this.#from;
    const { result: source, resultInMemory } = this.#lifted;
    const { result: sink } = this.#lowered;
    if (this.#result === undefined || source === undefined || sink === undefined) return undefined;
    from.enter();
    to.enter();
    if (!resultInMemory) {
      from.flat[0] = returned as number;
      this.#result.pass(from, 0, to, 0);
      return to.flat[0];
    }
    const address = toAddress(returned);
    const place = toAddress(target);
    checkPlace(from, address, source.layout);
    checkPlace(to, place, sink.layout);
    this.#result.copy(from, address, to, place);
    return undefined;
  }

  /** The callee threw something that it did not catch: the error of a host function, or an exception of its own. */
  readonly #escaped = (error: unknown): never => {
    const { instance } = this.#to;
    throw instance.fail(
      error ?? new AbiTrap(`${this.#to.label}: the callee threw an exception that nobody in it catches`),
    );
  };
}

function layoutOf({ params }: Signature): SequenceLayout {
  return sequenceLayout(params.map(({ codec }) => codec.layout));
}

function checkPlace(cx: LiftLowerContext, address: number, { size, align }: Layout): void {
  cx.checkRange(address, size, align, 'the result');
}
