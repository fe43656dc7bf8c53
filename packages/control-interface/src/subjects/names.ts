/** What a name is for; part of the error message. */
export type NameKind =
  | 'lattice'
  | 'control prefix'
  | 'component or provider id'
  | 'host id'
  | 'config'
  | 'subject of claims';

/** A name that cannot be part of a subject or key. A caller's mistake, found before anything is sent. */
export class InvalidNameError extends Error {
  override readonly name = 'InvalidNameError';
  readonly kind: NameKind;
  readonly value: string;

  constructor(kind: NameKind, value: string, rule: string) {
    super(`invalid ${kind} ${JSON.stringify(value)}: ${rule}`);
    this.kind = kind;
    this.value = value;
  }
}

// Bucket names allow less than subject tokens, and the lattice is part of both (docs/spec/lattice-data.md#1).
const latticePattern = /^[a-zA-Z0-9_-]+$/;
// The characters of KV keys without the dot, which would make two tokens of one
// (docs/spec/control-interface.md#4.2).
const keyTokenPattern = /^[-/_=a-zA-Z0-9]+$/;
const subjectTokenPattern = /^[^\s.*>]+$/;

/** Whether `name` can be a lattice: one subject token that is also allowed in bucket names. */
export function isLatticeName(name: string): boolean {
  return latticePattern.test(name);
}

/** Whether `id` can be a component or provider id: one subject token that is also allowed in KV keys. */
export function isComponentId(id: string): boolean {
  return keyTokenPattern.test(id);
}

/** Whether `name` can be a config on the control interface: one subject token that is also allowed in KV keys. */
export function isConfigName(name: string): boolean {
  return keyTokenPattern.test(name);
}

/** The lattice name itself, or an {@link InvalidNameError}. */
export function checkLatticeName(name: string): string {
  if (!isLatticeName(name)) {
    throw new InvalidNameError('lattice', name, 'use letters, digits, "_" and "-" only');
  }
  return name;
}

/** The id itself, or an {@link InvalidNameError}. */
export function checkComponentId(id: string): string {
  if (!isComponentId(id)) {
    throw new InvalidNameError(
      'component or provider id',
      id,
      'use letters, digits, "_", "-", "/" and "=" only',
    );
  }
  return id;
}

/** The config name itself, or an {@link InvalidNameError}. */
export function checkConfigName(name: string): string {
  if (!isConfigName(name)) {
    throw new InvalidNameError('config', name, 'use letters, digits, "_", "-", "/" and "=" only, no dots');
  }
  return name;
}

/** `value` itself if it is one subject token, or an {@link InvalidNameError}. */
export function checkToken(kind: NameKind, value: string): string {
  if (!subjectTokenPattern.test(value)) {
    throw new InvalidNameError(kind, value, 'it must be one NATS token, without dots, blanks, "*" or ">"');
  }
  return value;
}

/** The prefix itself if it is one or more subject tokens, or an {@link InvalidNameError}. */
export function checkControlPrefix(prefix: string): string {
  if (!prefix.split('.').every((token) => subjectTokenPattern.test(token))) {
    throw new InvalidNameError(
      'control prefix',
      prefix,
      'it must be NATS tokens joined by dots, such as "wasmbus.ctl"',
    );
  }
  return prefix;
}
