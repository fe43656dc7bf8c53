import type { AbiPart } from '../../abi-part.js';
import type { CanonOptions, CoreFunction } from '../../core-types.js';
import { LiftLowerContext } from '../../lift-lower-context.js';
import { toAddress } from '../../ranges.js';
import { stringCodec } from '../../strings.js';
import { ErrorContext } from '../error-context.js';
import { plainBuiltin, u32 } from './builtin.js';

// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#-canon-error-contextnew

/** Most code units of a message that are kept: the specification leaves it to the host how much that is. */
const longestMessage = 16 * 1024;

export function bindErrorContextNew(part: AbiPart, options: CanonOptions): CoreFunction {
  const label = 'error-context.new';
  const cx = new LiftLowerContext(part, label, options, false);
  const string = stringCodec(cx.memory.pointer);
  return plainBuiltin(part, label, 2, () => {
    cx.enter();
    const message = string.lift(cx, 0) as string;
    return part.handles.addOther(new ErrorContext(message.slice(0, longestMessage).toWellFormed()), label);
  });
}

export function bindErrorContextDebugMessage(part: AbiPart, options: CanonOptions): CoreFunction {
  const label = 'error-context.debug-message';
  const cx = new LiftLowerContext(part, label, options, false);
  const string = stringCodec(cx.memory.pointer);
  return plainBuiltin(part, label, 2, (flat) => {
    const { debugMessage } = part.handles.getOther(u32(flat, 0), ErrorContext, 'an error context', label);
    const address = toAddress(flat[1]);
    cx.enter();
    const { size, align } = string.layout;
    cx.checkRange(address, size, align, 'the message');
    string.store(cx, address, debugMessage);
    return undefined;
  });
}

export function bindErrorContextDrop(part: AbiPart): CoreFunction {
  const label = 'error-context.drop';
  return plainBuiltin(part, label, 1, (flat) => {
    const index = u32(flat, 0);
    part.handles.getOther(index, ErrorContext, 'an error context', label);
    part.handles.removeOther(index);
    return undefined;
  });
}
