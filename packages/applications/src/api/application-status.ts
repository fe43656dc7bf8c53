import { type JsonObject, ObjectReader } from '@wasmlattice/control-interface/codec';

const statusTypes = ['waiting', 'undeployed', 'reconciling', 'deployed', 'failed', 'unhealthy'] as const;

/** How far a lattice is from what an application asks for. */
export type StatusType = (typeof statusTypes)[number];

export interface StatusInfo {
  readonly type: StatusType;
  /** For people; empty when there is nothing to say. */
  readonly message: string;
}

/** What one scaler or link of an application has come to. */
export interface ScalerStatus {
  readonly id: string;
  readonly kind: 'SpreadScaler' | 'DaemonScaler' | 'LinkScaler' | (string & {});
  /** Id of the component or provider; `{source} -({namespace}:{package})-> {target}` for links. */
  readonly name: string;
  readonly status: StatusInfo;
}

/** What an application has come to. */
export interface ApplicationStatus {
  readonly status: StatusInfo;
  readonly scalers: readonly ScalerStatus[];
}

/** What makes the status of the whole: the first of these that one of its parts has. */
const byWeight: readonly StatusType[] = [
  'failed',
  'undeployed',
  'waiting',
  'reconciling',
  'unhealthy',
  'deployed',
];

/** The status of an application with these parts, by wadm's rule (docs/spec/wadm.md#1.3). */
export function statusOfAll(scalers: readonly ScalerStatus[]): ApplicationStatus {
  const type = byWeight.find((each) => scalers.some(({ status }) => status.type === each)) ?? 'undeployed';
  const message = scalers.flatMap(({ status }) => (status.message === '' ? [] : [status.message])).join(', ');
  return { status: { type, message }, scalers };
}

/** The status in wadm's JSON; two members of old are always there. */
export function encodeStatus({ scalers, status }: ApplicationStatus): JsonObject {
  return {
    status: encodeInfo(status),
    ...(scalers.length > 0 && {
      scalers: scalers.map((scaler) => ({ ...scaler, status: encodeInfo(scaler.status) })),
    }),
    version: '',
    components: [],
  };
}

/**
 * The inverse.
 *
 * @throws DecodeError for what is no status
 */
export function decodeStatus(json: unknown): ApplicationStatus {
  const reader = new ObjectReader(json, 'status of an application');
  const scalers = reader.value('scalers');
  return {
    status: decodeInfo(reader.value('status')),
    scalers: (Array.isArray(scalers) ? scalers : []).map((each: unknown): ScalerStatus => {
      const scaler = new ObjectReader(each, 'status of a scaler');
      return {
        id: scaler.stringOr('id', ''),
        kind: scaler.string('kind'),
        name: scaler.string('name'),
        status: decodeInfo(scaler.value('status')),
      };
    }),
  };
}

function encodeInfo({ message, type }: StatusInfo): JsonObject {
  return message === '' ? { type } : { type, message };
}

/** Words of older versions of wadm. */
const aliases: Readonly<Record<string, StatusType>> = { compensating: 'reconciling', ready: 'deployed' };

function decodeInfo(json: unknown): StatusInfo {
  const reader = new ObjectReader(json, 'status');
  const type = reader.string('type');
  const known = statusTypes.find((each) => each === type) ?? aliases[type];
  return { type: known ?? 'waiting', message: reader.stringOr('message', known === undefined ? type : '') };
}
