import type { WitType } from '@wasmlattice/rpc';
import type { AbiPart } from '../../abi-part.js';
import { AbiTrap } from '../../abi-trap.js';
import type { CanonOptions, CoreFunction } from '../../core-types.js';
import type { Pointer } from '../../layout.js';
import { LiftLowerContext } from '../../lift-lower-context.js';
import { toAddress } from '../../ranges.js';
import { compileSignatures, type FunctionType, type Signature } from '../../signature.js';
import { sameType } from '../same-type.js';
import type { Task } from '../task.js';
import { plainBuiltin } from './builtin.js';

// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#-canon-taskreturn

const signatures = new WeakMap<object, (pointer: Pointer) => Signature>();

/** @param builtin stands for the type: its signature is compiled once */
export function bindTaskReturn(
  part: AbiPart,
  builtin: { readonly result: WitType | undefined },
  options: CanonOptions,
): CoreFunction {
  const label = 'task.return';
  const signature = signaturesOf(builtin)(options.memory?.pointer ?? 'i32');
  const cx = new LiftLowerContext(part, label, options, false);
  const matches = matcher(builtin.result, options);
  return plainBuiltin(part, label, signature.flatParams, () => {
    const { task } = part.tasks.thread;
    matches(task);
    cx.enter();
    cx.isBetweenParts = task.isCalledByPart;
    task.return(liftResult(cx, signature));
    return undefined;
  });
}

function signaturesOf(builtin: { readonly result: WitType | undefined }): (pointer: Pointer) => Signature {
  const known = signatures.get(builtin);
  if (known !== undefined) return known;
  const { result } = builtin;
  const created = compileSignatures({
    params: result === undefined ? [] : [{ name: 'result', type: result }],
  });
  signatures.set(builtin, created);
  return created;
}

function liftResult(cx: LiftLowerContext, { params, spilled }: Signature): unknown {
  const [result] = params;
  if (result === undefined) return undefined;
  if (spilled === undefined) return result.codec.lift(cx, 0);
  const address = toAddress(cx.flat[0]);
  cx.checkRange(address, spilled.size, spilled.align, 'the result');
  return result.codec.load(cx, address);
}

/** Traps for a task whose function returns something else, or from elsewhere. Types are compared once for each function. */
function matcher(result: WitType | undefined, options: CanonOptions): (task: Task) => void {
  const known = new WeakSet<FunctionType>();
  return ({ options: { returns }, label }) => {
    if (returns === undefined) {
      throw new AbiTrap(`task.return: ${label} returns its result itself`);
    }
    if (!known.has(returns.func)) {
      if (!sameType(result, returns.func.result)) {
        throw new AbiTrap(`task.return: the result is of another type than that of ${label}`);
      }
      known.add(returns.func);
    }
    const isElsewhere = options.memory !== undefined && returns.memory !== options.memory;
    if (isElsewhere || returns.encoding !== options.encoding) {
      throw new AbiTrap(`task.return: the canonical options are others than those of ${label}`);
    }
  };
}

export function bindTaskCancel(part: AbiPart): CoreFunction {
  return plainBuiltin(part, 'task.cancel', 0, () => {
    const { task } = part.tasks.thread;
    if (task.options.returns === undefined) {
      throw new AbiTrap(`task.cancel: ${task.label} is no task that can be cancelled`);
    }
    task.cancel();
    return undefined;
  });
}

export function bindBackpressure(part: AbiPart, change: 'inc' | 'dec'): CoreFunction {
  const { tasks, instance } = part;
  const run = change === 'inc' ? () => tasks.raiseBackpressure() : () => tasks.lowerBackpressure();
  return () => {
    try {
      run();
      return undefined;
    } catch (error) {
      throw instance.fail(error);
    }
  };
}

/** Slots of i32 hold numbers, those of i64 bigints. */
export function bindContextGet(part: AbiPart, width: 'i32' | 'i64', slot: number): CoreFunction {
  const { tasks } = part;
  const place = slot as 0 | 1;
  return width === 'i32'
    ? () => Number(BigInt.asIntN(32, BigInt(tasks.thread.slots[place])))
    : () => BigInt(tasks.thread.slots[place]);
}

export function bindContextSet(part: AbiPart, slot: number): CoreFunction {
  const { tasks } = part;
  return (value) => {
    tasks.thread.slots[slot as 0 | 1] = value as number | bigint;
    return undefined;
  };
}
