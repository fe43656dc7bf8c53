import type { ScalerKind } from './scaler-identity.js';

/** How far something is (docs/spec/wadm.md#1.3). */
export type StatusType = 'waiting' | 'undeployed' | 'reconciling' | 'deployed' | 'failed';

export interface StatusInfo {
  readonly type: StatusType;
  /** Empty if there is nothing to say. */
  readonly message: string;
}

export interface ScalerStatus {
  /** As wadm makes them. */
  readonly id: string;
  readonly kind: ScalerKind;
  /** Id of the component or provider, or `{source} -({namespace}:{package})-> {target}`. */
  readonly name: string;
  readonly status: StatusInfo;
}

export interface ApplicationStatus {
  readonly status: StatusInfo;
  readonly scalers: readonly ScalerStatus[];
}

/** The first of those that differ is that of the whole. */
const precedence: readonly StatusType[] = ['failed', 'undeployed', 'waiting', 'reconciling', 'deployed'];

/** The status of an application whose parts have these, as wadm sums them up. */
export function applicationStatus(scalers: readonly ScalerStatus[]): ApplicationStatus {
  const infos = scalers.map(({ status }) => status);
  const type = precedence.find((each) => infos.some((info) => info.type === each)) ?? 'undeployed';
  const message = infos.flatMap((info) => info.message || []).join(', ');
  return { status: { type, message }, scalers };
}
