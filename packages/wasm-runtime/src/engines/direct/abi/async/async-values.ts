import type { WitType } from '@wasmlattice/rpc';
import type { Codec } from '../codec.js';
import { scalarLayout } from '../layout.js';
import type { LiftLowerContext } from '../lift-lower-context.js';
import { type CopyEnd, FutureEnd, StreamEnd } from './copy-end.js';
import { ErrorContext } from './error-context.js';
import { readFuture } from './guest-future.js';
import { GuestByteStream, GuestStream } from './guest-stream.js';
import { futureFromHost } from './host-future.js';
import { streamFromHost } from './host-stream.js';
import { sameType } from './same-type.js';
import { SharedFuture } from './shared-future.js';
import { SharedStream } from './shared-stream.js';

/** The readable end of a stream, which changes hands. */
export function streamCodec(element: WitType | undefined): Codec {
  const Stream = element?.kind === 'u8' ? GuestByteStream : GuestStream;
  return handleCodec(
    (cx, index) => {
      const shared = takeStreamEnd(cx, index, element);
      if (cx.isBetweenParts) return shared;
      return originOf(shared) ?? new Stream(cx.instance, shared);
    },
    (cx, value) => {
      const shared = sharedStreamOf(cx, value) ?? streamFromHost(cx.instance, element, value, cx.label);
      return cx.part.handles.addOther(new StreamEnd('readable', shared, element), cx.label);
    },
  );
}

/** The readable end of a future, which changes hands. */
export function futureCodec(element: WitType | undefined): Codec {
  return handleCodec(
    (cx, index) => {
      const shared = takeFutureEnd(cx, index, element);
      if (cx.isBetweenParts) return shared;
      return originOf(shared) ?? readFuture(cx.instance, shared);
    },
    (cx, value) => {
      const shared = value instanceof SharedFuture ? value : futureFromHost(cx.instance, element, value);
      return cx.part.handles.addOther(new FutureEnd('readable', shared, element), cx.label);
    },
  );
}

/** The guest keeps an error context that it passes on. */
export const errorContext: Codec = handleCodec(
  (cx, index) => cx.part.handles.getOther(index, ErrorContext, 'an error context', cx.label),
  (cx, value) => {
    const known = value instanceof ErrorContext ? value : undefined;
    const created = value instanceof Error ? new ErrorContext(value.message) : undefined;
    const context = known ?? created;
    if (context === undefined) throw cx.trap(`expected an error context or an Error, got ${typeof value}`);
    return cx.part.handles.addOther(context, cx.label);
  },
);

/** Takes the readable end of a stream from a guest, which passes it on. */
export function takeStreamEnd(
  cx: LiftLowerContext,
  index: number,
  element: WitType | undefined,
): SharedStream {
  const end = cx.part.handles.getOther(index, StreamEnd, 'the readable end of a stream', cx.label);
  takeEnd(cx, index, end, element, 'stream');
  return end.shared;
}

/** Takes the readable end of a future from a guest, which passes it on. */
export function takeFutureEnd(
  cx: LiftLowerContext,
  index: number,
  element: WitType | undefined,
): SharedFuture {
  const end = cx.part.handles.getOther(index, FutureEnd, 'the readable end of a future', cx.label);
  takeEnd(cx, index, end, element, 'future');
  return end.shared;
}

/** What the host gave and a guest gives back unread. */
function originOf(shared: SharedStream | SharedFuture): unknown {
  const { takeOrigin } = shared;
  shared.takeOrigin = undefined;
  return takeOrigin?.();
}

/** That which a guest made. */
function sharedStreamOf(cx: LiftLowerContext, value: unknown): SharedStream | undefined {
  if (value instanceof SharedStream) return value;
  return value instanceof GuestStream ? value.takeBack(cx.instance) : undefined;
}

function takeEnd(
  cx: LiftLowerContext,
  index: number,
  end: CopyEnd,
  element: WitType | undefined,
  kind: 'stream' | 'future',
): void {
  if (end.direction !== 'readable') throw cx.trap(`handle ${index} is ${end.what}, which can't be passed`);
  if (!sameType(end.element, element)) throw cx.trap(`handle ${index} is ${end.what} of other values`);
  if (end.state !== 'idle') throw cx.trap(`cannot lift a ${kind} that is copying or done`);
  if (end.isInSet) throw cx.trap(`cannot lift ${kind} while it's in a waitable set`);
  cx.part.handles.removeOther(index);
}

function handleCodec(
  lift: (cx: LiftLowerContext, index: number) => unknown,
  lower: (cx: LiftLowerContext, value: unknown) => number,
): Codec {
  return {
    layout: scalarLayout(4, 'i32'),
    load: (cx, address) => lift(cx, cx.memory.view.getUint32(address, true)),
    store(cx, address, value) {
      const index = lower(cx, value);
      cx.memory.view.setUint32(address, index, true);
    },
    lift: (cx, slot) => lift(cx, (cx.flat[slot] as number) >>> 0),
    lower(cx, slot, value) {
      cx.flat[slot] = lower(cx, value);
    },
  };
}
