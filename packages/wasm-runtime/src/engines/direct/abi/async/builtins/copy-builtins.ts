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
  const code = codes[type.kind][verb];
  const params: CoreType[] = isStream ? ['i32', pointer, pointer] : ['i32', pointer];
  return waitingBuiltin(part, label, { params, result: 'i32' }, (flat) => {
    const index = u32(flat, 0);
    const end = endAt(part, index, type, direction, label);
    assertIdle(end, isAsync, label);
    const buffer = new Buffer(
      cx,
      payload,
      toAddress(flat[1]),
      isStream ? toAddress(flat[2]) : 1,
    ) as GuestCopyBuffer;
    end.state = 'copying';
    const copy = new GuestCopy(part, end, buffer, code, index);
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

/** What a guest has begun, and how it is told of the end. One object, as most copies are over at once. */
class GuestCopy implements StreamCopy<GuestCopyBuffer>, PendingEvent {
  readonly party: AbiPart;
  readonly buffer: GuestCopyBuffer;
  readonly #end: CopyEnd;
  readonly #code: EventCode;
  readonly #index: number;
  readonly #isStream: boolean;
  #result: CopyResult = copyResults.completed;
  #reclaim: (() => void) | undefined;

  constructor(party: AbiPart, end: CopyEnd, buffer: GuestCopyBuffer, code: EventCode, index: number) {
    this.party = party;
    this.buffer = buffer;
    this.#end = end;
    this.#code = code;
    this.#index = index;
    this.#isStream = code === eventCodes.streamRead || code === eventCodes.streamWrite;
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
    const copied = this.#isStream ? this.buffer.progress << 4 : 0;
    return { code: this.#code, index: this.#index, payload: this.#result | copied };
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
