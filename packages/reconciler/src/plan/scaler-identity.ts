import { hash } from 'node:crypto';
import { componentId, configNames, type ManifestComponent } from '@wasmlattice/applications';
import type { Link, StringMap } from '@wasmlattice/control-interface';

/** What wadm calls what keeps the number of something, and who keeps a link. */
export type ScalerKind = 'SpreadScaler' | 'DaemonScaler' | 'LinkScaler';

export const scalerAnnotation = 'wasmcloud.dev/scaler';

/** The id that wadm 0.21 gives the scaler of a component or provider; another one when its image or the names of its configs change. */
export function scalerId(
  kind: Exclude<ScalerKind, 'LinkScaler'>,
  application: string,
  component: ManifestComponent,
  image: string,
): string {
  const id = componentId(application, component);
  return digest([
    kind,
    application,
    component.name,
    id,
    image,
    ...configNames(application, component.config),
  ]);
}

/** The same for a link. */
export function linkScalerId(application: string, link: Link): string {
  return digest([
    'LinkScaler',
    application,
    link.name,
    link.sourceId,
    link.target,
    link.witNamespace,
    link.witPackage,
    ...link.interfaces,
    ...link.sourceConfig,
    ...link.targetConfig,
  ]);
}

function digest(parts: readonly string[]): string {
  return hash('sha256', parts.join(''));
}

/** What wadm writes on all that it starts, so that both know what they may change and stop. */
export function wadmAnnotations(application: string, scaler: string, spread: string): StringMap {
  return {
    'wasmcloud.dev/managed-by': 'wadm',
    'wasmcloud.dev/appspec': application,
    [scalerAnnotation]: scaler,
    'wasmcloud.dev/spread_name': spread,
  };
}

/** Whether something was started for an application, by wadm, by us or by the command line. */
export function isOf(annotations: StringMap, application: string): boolean {
  const manager = annotations['wasmcloud.dev/managed-by'];
  return (
    annotations['wasmcloud.dev/appspec'] === application && (manager === 'wadm' || manager === 'wasmlattice')
  );
}
