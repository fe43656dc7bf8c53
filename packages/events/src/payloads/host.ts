import { decodeHostInventory, encodeHostInventory, ObjectReader } from '@wasmlattice/control-interface/codec';
import type { HostInventory, StringMap } from '@wasmlattice/control-interface/types';
import type { EventCodec } from './event-codec.js';

/** `host_started`: the start is complete. The host's id is the event's source. */
export interface HostStarted {
  readonly friendlyName: string;
  readonly labels: StringMap;
  /** Semantic version of the host program. */
  readonly version: string;
}

/** `host_stopped`: the last event of an orderly shutdown. The host's id is the event's source. */
export interface HostStopped {
  readonly labels: StringMap;
}

/** `labels_changed`: the complete set after a label command. */
export interface LabelsChanged {
  readonly hostId: string;
  readonly labels: StringMap;
}

/** An event for `publish`: the host has started. */
export function hostStarted(data: HostStarted): {
  readonly name: 'host_started';
  readonly data: HostStarted;
} {
  return { name: 'host_started', data };
}

/** An event for `publish`: the host is alive, and this runs on it. */
export function hostHeartbeat(data: HostInventory): {
  readonly name: 'host_heartbeat';
  readonly data: HostInventory;
} {
  return { name: 'host_heartbeat', data };
}

/** An event for `publish`: the host stops in order. */
export function hostStopped(data: HostStopped): {
  readonly name: 'host_stopped';
  readonly data: HostStopped;
} {
  return { name: 'host_stopped', data };
}

/** An event for `publish`: a label was put or removed. */
export function labelsChanged(data: LabelsChanged): {
  readonly name: 'labels_changed';
  readonly data: LabelsChanged;
} {
  return { name: 'labels_changed', data };
}

export const hostStartedCodec: EventCodec<HostStarted> = {
  encode: (data) => ({
    friendly_name: data.friendlyName,
    labels: data.labels,
    uptime_seconds: 0,
    version: data.version,
  }),
  decode(value) {
    const reader = new ObjectReader(value, 'host_started');
    return {
      friendlyName: reader.string('friendly_name'),
      labels: reader.stringMap('labels'),
      version: reader.stringOr('version', ''),
    };
  },
};

export const hostHeartbeatCodec: EventCodec<HostInventory> = {
  encode: encodeHostInventory,
  decode: decodeHostInventory,
};

export const hostStoppedCodec: EventCodec<HostStopped> = {
  encode: (data) => ({ labels: data.labels }),
  decode: (value) => ({ labels: new ObjectReader(value, 'host_stopped').stringMapOr('labels', {}) }),
};

export const labelsChangedCodec: EventCodec<LabelsChanged> = {
  encode: (data) => ({ host_id: data.hostId, labels: data.labels }),
  decode(value) {
    const reader = new ObjectReader(value, 'labels_changed');
    return { hostId: reader.string('host_id'), labels: reader.stringMap('labels') };
  },
};
