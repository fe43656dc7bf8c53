import { hash } from 'node:crypto';
import type { Step } from '@wasmlattice/applications';
import { defaultLinkName } from '@wasmlattice/control-interface';

/** What this reconciler asked for lately of one thing. */
export type Asked =
  /** Its outcome is not known yet. */
  | { readonly state: 'running'; readonly step: Step }
  /** It failed, maybe while another host acted; `digest` is the {@link failureDigest} of its step, `isDue` once it may be tried again. */
  | { readonly state: 'failed'; readonly digest: string; readonly reason: string; readonly isDue: boolean };

/** Tells a step from all others, for a link with what its configs say: the SHA-256 of what it asks for, in any order. */
export function stepDigest(step: Step, values?: string): string {
  const inOrder = JSON.stringify([step, values], (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return hash('sha256', inOrder, 'base64url');
}

/** The same for a step that fails, however many instances it asks for: those that other hosts leave over are no reason to try at once. */
export function failureDigest(step: Step, values?: string): string {
  const isScaled = step.kind === 'scale-component' && step.command.maxInstances > 0;
  return stepDigest(isScaled ? { ...step, command: { ...step.command, maxInstances: 1 } } : step, values);
}

/** What a step is about: of one thing there is one step at a time. */
export function stepKey(step: Step): string {
  switch (step.kind) {
    case 'put-config':
    case 'delete-config':
      return `config ${step.name}`;
    case 'put-link':
    case 'delete-link': {
      const { name = defaultLinkName, sourceId, target, witNamespace, witPackage } = step.link;
      return `link ${sourceId} ${witNamespace}:${witPackage} ${name} ${target}`;
    }
    case 'scale-component':
    case 'update-component':
    case 'restart-component':
    case 'canary-component':
      return placeKey('component', step.host.hostId, step.command.componentId);
    case 'start-provider':
    case 'update-provider':
    case 'replace-provider':
      return placeKey('provider', step.host.hostId, step.command.providerId);
    case 'keep-provider':
    case 'stop-provider':
      return placeKey('provider', step.host.hostId, step.providerId);
  }
}

/** {@link stepKey} of what changes a component or provider on a host. */
export function placeKey(kind: 'component' | 'provider', hostId: string, id: string): string {
  return `${kind} ${hostId} ${id}`;
}

/** The parts of a {@link placeKey}; `undefined` for a key of something that has no host. */
export function placeOf(key: string): { readonly hostId: string; readonly id: string } | undefined {
  const [kind, hostId, id] = key.split(' ');
  const hasHost = kind === 'component' || kind === 'provider';
  return hasHost && hostId !== undefined && id !== undefined ? { hostId, id } : undefined;
}
