import type { WitType } from '@wasmlattice/rpc';
import type { EndType } from '../../../../../formats/component/index.js';
import type { AbiPart } from '../../abi-part.js';
import { AbiTrap } from '../../abi-trap.js';
import type { CoreFunction } from '../../core-types.js';
import { type CopyEnd, type Direction, FutureEnd, StreamEnd } from '../copy-end.js';
import { sameType } from '../same-type.js';
import { SharedFuture } from '../shared-future.js';
import { SharedStream } from '../shared-stream.js';
import { plainBuiltin, u32, waitingBuiltin } from './builtin.js';

// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#-canon-streamfuturenew

/** Of the elements of a stream, or the value of a future. */
export function elementOf(type: EndType): WitType | undefined {
  return type.kind === 'stream' ? type.element : type.value;
}

/** As each copy asks for them. */
const names: Readonly<Record<EndType['kind'], Readonly<Record<Direction, string>>>> = {
  stream: { readable: 'the readable end of a stream', writable: 'the writable end of a stream' },
  future: { readable: 'the readable end of a future', writable: 'the writable end of a future' },
};

/** @throws AbiTrap unless the guest holds that end, of that type */
export function endAt(
  part: AbiPart,
  index: number,
  type: EndType,
  direction: Direction,
  label: string,
): CopyEnd {
  const what = names[type.kind][direction];
  const { handles } = part;
  const end: CopyEnd =
    type.kind === 'stream'
      ? handles.getOther(index, StreamEnd, what, label)
      : handles.getOther(index, FutureEnd, what, label);
  if (end.direction !== direction) {
    throw new AbiTrap(`${label}: handle ${index} is ${end.what}, expected ${what}`);
  }
  if (!sameType(end.element, elementOf(type))) {
    throw new AbiTrap(`${label}: handle ${index} is ${end.what} of other values`);
  }
  return end;
}

/** Gives both ends at once: the number of the readable one in the lower half, that of the writable one in the upper. */
export function bindEndsNew(part: AbiPart, type: EndType): CoreFunction {
  const label = `${type.kind}.new`;
  const element = elementOf(type);
  const make = (): readonly [CopyEnd, CopyEnd] => {
    if (type.kind === 'stream') {
      const shared = new SharedStream(element);
      return [new StreamEnd('readable', shared, element), new StreamEnd('writable', shared, element)];
    }
    const shared = new SharedFuture(element);
    return [new FutureEnd('readable', shared, element), new FutureEnd('writable', shared, element)];
  };
  return plainBuiltin(part, label, 0, () => {
    const [readable, writable] = make();
    const reader = part.handles.addOther(readable, label);
    const writer = part.handles.addOther(writable, label);
    return BigInt(reader) | (BigInt(writer) << 32n);
  });
}

export function bindEndDrop(part: AbiPart, type: EndType, direction: Direction): CoreFunction {
  const label = `${type.kind}.drop-${direction}`;
  return plainBuiltin(part, label, 1, (flat) => {
    const index = u32(flat, 0);
    endAt(part, index, type, direction, label).drop(label);
    part.handles.removeOther(index);
    return undefined;
  });
}

export function bindCancelCopy(
  part: AbiPart,
  type: EndType,
  direction: Direction,
  isAsync: boolean,
): CoreFunction {
  const label = `${type.kind}.cancel-${direction === 'readable' ? 'read' : 'write'}`;
  return waitingBuiltin(part, label, { params: ['i32'], result: 'i32' }, (flat) => {
    const end = endAt(part, u32(flat, 0), type, direction, label);
    if (end.state !== 'copying' || end.hasSyncWaiter) {
      throw new AbiTrap(`${label}: ${end.what} has no copy under way that can be cancelled`);
    }
    if (end.isInSet && !isAsync) throw new AbiTrap(`${label}: ${end.what} is in a waitable set`);
    end.state = 'cancelling';
    // The other side lets go of the buffer at once. What it has copied counts, but the copy was to be of more.
    if (!end.hasPendingEvent || end.shared.isPartlyCopied) end.shared.cancel();
    return end.takePendingEvent().payload;
  });
}
