import type { WitResource } from '@wasmlattice/rpc';
import type { AbiInstance } from './abi-instance.js';
import type { Codec } from './codec.js';
import { GuestResource } from './guest-resource.js';
import { nameOf } from './handle-table.js';
import { scalarLayout } from './layout.js';
import type { LiftLowerContext } from './lift-lower-context.js';

type LiftHandle = (cx: LiftLowerContext, index: number) => object;
type LowerHandle = (cx: LiftLowerContext, value: unknown) => number;

/** A resource that changes hands. */
export function ownCodec(resource: WitResource): Codec {
  return handleCodec(
    (cx, index) => liftOwn(cx, index, resource),
    (cx, value) => lowerOwn(cx, value, resource),
  );
}

/** A resource lent for the time of one call. */
export function borrowCodec(resource: WitResource): Codec {
  return handleCodec(
    (cx, index) => liftBorrow(cx, index, resource),
    (cx, value) => lowerBorrow(cx, value, resource),
  );
}

function handleCodec(lift: LiftHandle, lower: LowerHandle): Codec {
  return {
    layout: scalarLayout(4, 'i32'),
    load: (cx, address) => lift(cx, cx.memory.view.getUint32(address, true)),
    store: (cx, address, value) => cx.memory.view.setUint32(address, lower(cx, value), true),
    lift: (cx, slot) => lift(cx, (cx.flat[slot] as number) >>> 0),
    lower(cx, slot, value) {
      cx.flat[slot] = lower(cx, value);
    },
  };
}

function liftOwn(cx: LiftLowerContext, index: number, resource: WitResource): object {
  const { instance, part, label } = cx;
  const { rep, own } = part.handles.remove(index, resource, label);
  if (!own) {
    throw cx.trap(`handle ${index} (${nameOf(resource)}) is only borrowed and can't be given away`);
  }
  return typeof rep === 'number' ? guestResource(instance, resource, rep) : rep;
}

function liftBorrow(cx: LiftLowerContext, index: number, resource: WitResource): object {
  const { instance, part, label, lent } = cx;
  const handle = part.handles.get(index, resource, label);
  if (lent !== undefined) {
    handle.lends++;
    lent.push(handle);
  }
  const { rep } = handle;
  return typeof rep === 'number' ? guestResource(instance, resource, rep) : rep;
}

/** Outside of the parts there is one type, whatever each of them knows it as. */
function guestResource(instance: AbiInstance, resource: WitResource, rep: number): GuestResource {
  return new GuestResource(instance, instance.originOf(resource).resource, rep);
}

function lowerOwn(cx: LiftLowerContext, value: unknown, resource: WitResource): number {
  const { instance, part, label } = cx;
  const origin = instance.originOf(resource);
  if (origin.kind === 'host') {
    return part.handles.add(resource, hostObject(cx, value, origin.resource), true, label);
  }
  const rep = guestRep(cx, value, origin.resource);
  const own = value as GuestResource;
  if (own.lends > 0) throw cx.trap(`the ${nameOf(resource)} is borrowed and can't be given away`);
  own.moved();
  return part.handles.add(resource, rep, true, label);
}

function lowerBorrow(cx: LiftLowerContext, value: unknown, resource: WitResource): number {
  const { instance, part, label, lent } = cx;
  let rep: number | object;
  const origin = instance.originOf(resource);
  if (origin.kind === 'guest') {
    rep = guestRep(cx, value, origin.resource);
    if (lent !== undefined) {
      const borrowed = value as GuestResource;
      borrowed.lends++;
      lent.push(borrowed);
    }
    if (origin.part === part.index) return rep;
  } else {
    rep = hostObject(cx, value, origin.resource);
  }
  return part.handles.lend(resource, rep, part.tasks.thread.task, label);
}

function hostObject(cx: LiftLowerContext, value: unknown, resource: WitResource): object {
  if (typeof value !== 'object' || value === null) {
    throw cx.trap(`expected a ${nameOf(resource)}, got ${value === null ? 'null' : typeof value}`);
  }
  const type = cx.instance.hostClass(resource);
  if (type !== undefined && !(value instanceof type)) {
    throw cx.trap(`expected a ${nameOf(resource)}, got an object of another class`);
  }
  return value;
}

function guestRep(cx: LiftLowerContext, value: unknown, resource: WitResource): number {
  const rep = value instanceof GuestResource ? value.repFor(cx.instance, resource) : undefined;
  if (rep === undefined) {
    throw cx.trap(`expected a ${nameOf(resource)} of this guest that was neither dropped nor given back`);
  }
  return rep;
}
