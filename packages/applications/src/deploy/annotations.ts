import { contentAnnotation, type StringMap } from '@wasmlattice/control-interface';

const managedBy = 'wasmcloud.dev/managed-by';
const appspec = 'wasmcloud.dev/appspec';
const spreadName = 'wasmcloud.dev/spread_name';

/**
 * What marks a component or provider as part of an application, in wadm's keys; of one that a local file holds, also what the file
 * held.
 */
export function deployedAnnotations(
  application: string,
  spread: string,
  digest: string | undefined,
): StringMap {
  return {
    [managedBy]: 'wasmlattice',
    [appspec]: application,
    [spreadName]: spread,
    ...(digest !== undefined && { [contentAnnotation]: digest }),
  };
}

/** Whether it was deployed from a file that holds something else by now. */
export function isOutdated(annotations: StringMap, digest: string | undefined): boolean {
  const deployed = annotations[contentAnnotation];
  return deployed !== undefined && digest !== undefined && deployed !== digest;
}

/** The application something belongs to, whoever deployed it. */
export function applicationOf(annotations: StringMap): string | undefined {
  return annotations[appspec];
}

/** Whether this program deployed it, so that it may also remove it. */
export function isOurs(annotations: StringMap, application: string): boolean {
  return annotations[managedBy] === 'wasmlattice' && annotations[appspec] === application;
}

/** The spread that brought something to its host. */
export function spreadOf(annotations: StringMap): string | undefined {
  return annotations[spreadName];
}
