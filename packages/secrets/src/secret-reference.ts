/** Where a secret is to be had: what the bucket CONFIGDATA holds in place of its value (docs/spec/lattice-data.md#8). */
export interface SecretReference {
  /** The name under which a workload asks for it. */
  readonly name: string;
  /** Which backend has it: one token of a subject. */
  readonly backend: string;
  /** What the backend calls it. */
  readonly key: string;
  /** A part of it, where the backend knows parts. */
  readonly field?: string | undefined;
  /** The newest one without. */
  readonly version?: string | undefined;
  /** For the backend: what its policy wants to know. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What is stored is no reference. */
export class SecretReferenceError extends Error {
  override readonly name = 'SecretReferenceError';
}

const secretType = 'secret.wasmcloud.dev/v1alpha1';
const propertiesType = 'properties.secret.wasmcloud.dev/v1alpha1';
const prefix = 'SECRET';

/** Whether a name in a list of configs is that of a secret; upstream's test has no underscore (docs/spec/lattice-data.md#7). */
export function isSecretName(name: string): boolean {
  return name.startsWith(prefix);
}

/** The key of a reference in CONFIGDATA, as `wash` has it: a name that is one already stays as it is. */
export function secretConfigKey(name: string): string {
  return isSecretName(name) ? name : `${prefix}_${name}`;
}

/** The entry of the bucket. */
export function referenceToConfig(reference: SecretReference): Record<string, string> {
  const { backend, field, key, name, properties, version } = reference;
  return {
    name,
    type: secretType,
    backend,
    key,
    ...(field !== undefined && { field }),
    ...(version !== undefined && { version }),
    policy: policyText({ properties }),
  };
}

/**
 * Inverse of {@link referenceToConfig}. The `type` is not looked at, as upstream's host does not.
 *
 * @throws SecretReferenceError naming the member that is missing or wrong
 */
export function referenceFromConfig(bytes: Uint8Array): SecretReference {
  const members = parseObject(new TextDecoder().decode(bytes), 'a secret reference');
  const policy = parseObject(required(members, 'policy'), 'the policy of a secret reference');
  required(members, 'type');
  const { properties } = policy;
  if (!isObject(properties))
    throw new SecretReferenceError('the policy of a secret reference has no properties');
  return {
    name: required(members, 'name'),
    backend: required(members, 'backend'),
    key: required(members, 'key'),
    field: optional(members, 'field'),
    version: optional(members, 'version'),
    properties,
  };
}

/** The policy as backends get it: JSON text. */
export function policyText({ properties }: Pick<SecretReference, 'properties'>): string {
  return JSON.stringify({ type: propertiesType, properties });
}

function parseObject(text: string, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser would quote the text, which may be a value that somebody put here by mistake.
    throw new SecretReferenceError(`${what} is no JSON`);
  }
  if (!isObject(value)) throw new SecretReferenceError(`${what} is no JSON object`);
  return value;
}

function required(members: Record<string, unknown>, name: string): string {
  const value = optional(members, name);
  if (value === undefined) throw new SecretReferenceError(`a secret reference needs ${name}`);
  return value;
}

function optional(members: Record<string, unknown>, name: string): string | undefined {
  const value = Object.hasOwn(members, name) ? members[name] : undefined;
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string')
    throw new SecretReferenceError(`${name} of a secret reference must be a string`);
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
