import type { EndType } from '../../../../../formats/component/index.js';
import type { AbiPart } from '../../abi-part.js';
import { AbiTrap } from '../../abi-trap.js';
import { compileType } from '../../compile-type.js';
import type { Returned } from '../../core-arity.js';
import type { CanonOptions, CoreFunction } from '../../core-types.js';
import type { CoreType } from '../../layout.js';
import { LiftLowerContext } from '../../lift-lower-context.js';
import { toAddress } from '../../ranges.js';
import type { CopyEnd } from '../copy-end.js';
import {
  blocked,
  type CopyResult,
  copyResults,
  type EventCode,
  eventCodes,
  type GuestEvent,
} from '../events.js';
import { GuestSource, GuestTarget } from '../guest-buffer.js';
import { payloadOf } from '../payload.js';
import type { StreamCopy } from '../shared-stream.js';
import type { PendingEvent } from '../waitable.js';
import { u32, waitingBuiltin } from './builtin.js';
import { elementOf, endAt } from './end-builtins.js';

// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#-canon-streamreadwrite

type Verb = 'read' | 'write';

const codes: Readonly<Record<EndType['kind'], Readonly<Record<Verb, EventCode>>>> = {
  stream: { read: eventCodes.streamRead, write: eventCodes.streamWrite },
  future: { read: eventCodes.futureRead, write: eventCodes.futureWrite },
};

/** What a guest lends for a copy. */
type GuestCopyBuffer = GuestSource & GuestTarget;

/** `canon {stream,future}.{read,write}` */
export function bindCopy(part: AbiPart, type: EndType, verb: Verb, options: CanonOptions): CoreFunction {
  const label = `${type.kind}.${verb}`;
  const isAsync = options.async === true;
  const isStream = type.kind === 'stream';
  const direction = verb === 'read' ? 'readable' : 'writable';
  const element = elementOf(type);
  const cx = new LiftLowerContext(part, label, options, false);
  const { pointer } = cx.memory;
  const payload = payloadOf(element, element && compileType(element, pointer));
  const Buffer = verb === 'read' ? GuestTarget : GuestSource;
  const kind: CopyKind = {
    part,
    code: codes[type.kind][verb],
    isStream,
    makeBuffer: () => new Buffer(cx, payload) as GuestCopyBuffer,
  };
  const params: CoreType[] = isStream ? ['i32', pointer, pointer] : ['i32', pointer];
  return waitingBuiltin(part, label, { params, result: 'i32' }, (flat) => {
    const index = u32(flat, 0);
    const end = endAt(part, index, type, direction, label);
    assertIdle(end, isAsync, label);
    const copy = copyOf(end, kind);
    copy.begin(index, toAddress(flat[1]), isStream ? toAddress(flat[2]) : 1);
    end.state = 'copying';
    if (verb === 'read') end.shared.read(copy);
    else end.shared.write(copy);
    if (end.hasPendingEvent) return end.takePendingEvent().payload;
    return isAsync ? blocked : waitFor(part, end);
  });
}

function assertIdle(end: CopyEnd, isAsync: boolean, label: string): void {
  if (end.state === 'done') throw new AbiTrap(`${label}: ${end.what} is done: nothing more can come of it`);
  if (end.state !== 'idle') throw new AbiTrap(`${label}: ${end.what} has a copy under way`);
  if (end.isInSet && !isAsync) throw new AbiTrap(`${label}: ${end.what} is in a waitable set`);
}

/** What all copies by one built-in have in common. */
interface CopyKind {
  readonly part: AbiPart;
  readonly code: EventCode;
  readonly isStream: boolean;
  makeBuffer(): GuestCopyBuffer;
}

/** An end has one copy at a time, and mostly all of one kind: so it has one object for them. */
function copyOf(end: CopyEnd, kind: CopyKind): GuestCopy {
  const { lastCopy } = end;
  if (lastCopy instanceof GuestCopy && lastCopy.kind === kind) return lastCopy;
  const copy = new GuestCopy(kind, end);
  end.lastCopy = copy;
  return copy;
}

/** What a guest has begun, and how it is told of the end. */
class GuestCopy implements StreamCopy<GuestCopyBuffer>, PendingEvent {
  readonly kind: CopyKind;
  readonly party: AbiPart;
  readonly buffer: GuestCopyBuffer;
  readonly #end: CopyEnd;
  #index = 0;
  #result: CopyResult = copyResults.completed;
  #reclaim: (() => void) | undefined;

  constructor(kind: CopyKind, end: CopyEnd) {
    this.kind = kind;
    this.party = kind.part;
    this.buffer = kind.makeBuffer();
    this.#end = end;
  }

  /**
   * @param index the guest's number of the end
   * @throws AbiTrap for a range that may not be lent
   */
  begin(index: number, address: number, length: number): void {
    this.buffer.lend(address, length);
    this.#index = index;
  }

  onCopied(reclaim: () => void): void {
    this.#reclaim = reclaim;
    this.#result = copyResults.completed;
    this.#end.setPendingEvent(this);
  }

  onDone(result: CopyResult): void {
    this.#reclaim = undefined;
    this.#result = result;
    this.#end.setPendingEvent(this);
  }

  makeEvent(): GuestEvent {
    this.#reclaim?.();
    this.#end.settle(this.#result);
    const copied = this.kind.isStream ? this.buffer.progress << 4 : 0;
    return { code: this.kind.code, index: this.#index, payload: this.#result | copied };
  }
}

function waitFor(part: AbiPart, end: CopyEnd): Promise<Returned> {
  end.hasSyncWaiter = true;
  const wait = { isReady: () => end.hasPendingEvent, cancellable: false, what: () => end.what };
  return part.tasks.thread.block(wait, () => {
    end.hasSyncWaiter = false;
    return end.takePendingEvent().payload;
  });
}
