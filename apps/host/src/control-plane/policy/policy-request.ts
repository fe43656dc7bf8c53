import { randomBytes } from 'node:crypto';
import type { StringMap } from '@wasmlattice/control-interface';
import type { Token } from '@wasmlattice/identity';

/** What a policy decides (docs/spec/security.md#8). `putLink` is ours, and asked only where a setting says so. */
export type PolicyKind = 'startComponent' | 'startProvider' | 'performInvocation' | 'putLink';

/** What a token says of the one that is to start. */
export interface PolicyClaims {
  readonly publicKey: string;
  readonly issuer: string;
  /** Seconds since the epoch, as decimal text. */
  readonly issuedAt: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number | null;
  readonly expired: boolean;
}

export interface ComponentSubject {
  readonly componentId: string;
  readonly imageRef: string;
  readonly maxInstances: number;
  readonly annotations: StringMap;
  readonly claims: PolicyClaims | null;
}

export interface ProviderSubject {
  readonly providerId: string;
  readonly imageRef: string;
  readonly annotations: StringMap;
  readonly claims: PolicyClaims | null;
}

export interface InvocationSubject {
  /** As it is on the wire: `wrpc:http/incoming-handler@0.1.0`. */
  readonly interface: string;
  readonly function: string;
  readonly target: ComponentSubject;
}

export interface LinkSubject {
  readonly sourceId: string;
  readonly target: string;
  readonly name: string;
  readonly witNamespace: string;
  readonly witPackage: string;
  readonly interfaces: readonly string[];
  readonly sourceConfig: readonly string[];
  readonly targetConfig: readonly string[];
}

/** One thing that somebody wants to do. */
export type PolicyQuestion =
  | { readonly kind: 'startComponent'; readonly request: ComponentSubject }
  | { readonly kind: 'startProvider'; readonly request: ProviderSubject }
  | { readonly kind: 'performInvocation'; readonly request: InvocationSubject }
  | { readonly kind: 'putLink'; readonly request: LinkSubject };

/** The host that asks. */
export interface PolicyHost {
  readonly publicKey: string;
  readonly lattice: string;
  /** As they were when the host started. */
  readonly labels: StringMap;
}

/** The message of a question, of wasmCloud's version `v1`. */
export function encodePolicyRequest(
  requestId: string,
  { kind, request }: PolicyQuestion,
  host: PolicyHost,
): Uint8Array {
  return Buffer.from(JSON.stringify({ requestId, kind, version: 'v1', request, host }));
}

/** Questions of one key have one answer. Those that upstream caches separately have different ones. */
export function questionKey(question: PolicyQuestion): string {
  switch (question.kind) {
    case 'startComponent':
      return keyOf(question.kind, question.request.componentId, question.request.imageRef);
    case 'startProvider':
      return keyOf(question.kind, question.request.providerId, question.request.imageRef);
    case 'performInvocation': {
      const { target, interface: instance, function: func } = question.request;
      return keyOf(question.kind, target.componentId, target.imageRef, instance, func);
    }
    case 'putLink': {
      const { sourceId, target, name, witNamespace, witPackage, interfaces } = question.request;
      return keyOf(question.kind, sourceId, target, name, witNamespace, witPackage, ...interfaces);
    }
  }
}

/** What a question is about, for people. */
export function subjectOf(question: PolicyQuestion): string {
  switch (question.kind) {
    case 'startComponent':
      return question.request.componentId;
    case 'startProvider':
      return question.request.providerId;
    case 'performInvocation': {
      const { target, interface: instance, function: func } = question.request;
      return `${target.componentId} ${instance}.${func}`;
    }
    case 'putLink':
      return `${question.request.sourceId} ${question.request.target}`;
  }
}

/** @param now ms since the epoch */
export function policyClaims(
  token: Token<'component'> | Token<'provider'> | undefined,
  now: number,
): PolicyClaims | null {
  if (token === undefined) return null;
  const { subject, issuer, issuedAt, expires } = token.claims;
  return {
    publicKey: subject,
    issuer,
    issuedAt: String(issuedAt),
    expiresAt: expires ?? null,
    expired: expires !== undefined && expires * 1_000 <= now,
  };
}

/** A ULID in the form of a UUID, as upstream's requests have it: the time in ms, then random bits. */
export function createRequestId(now: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
