import type { DecideForComponent } from '@wasmlattice/component-host';
import type { Link, StringMap } from '@wasmlattice/control-interface';
import type { Token } from '@wasmlattice/identity';
import { type Logger, noopTracer, type Tracer } from '@wasmlattice/telemetry';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Decision } from './decision-cache.js';
import {
  type ComponentSubject,
  type PolicyKind,
  type PolicyQuestion,
  policyClaims,
  subjectOf,
} from './policy-request.js';
import type { PolicySource } from './policy-source.js';

/** Something that the policy of the lattice or of this host does not allow; the message is upstream's. */
export class PolicyDeniedError extends Error {
  override readonly name = 'PolicyDeniedError';
}

export interface ComponentToStart {
  readonly componentId: string;
  readonly imageRef: string;
  readonly maxInstances: number;
  readonly annotations: StringMap;
  readonly token: Token<'component'> | undefined;
}

export interface ProviderToStart {
  readonly providerId: string;
  readonly imageRef: string;
  readonly annotations: StringMap;
  readonly token: Token<'provider'> | undefined;
}

/** Asks whether something may happen on this host. Without a policy everything may. */
export interface PolicyGate {
  /** Of a start, an update and a scale. @throws PolicyDeniedError */
  allowComponentStart(component: ComponentToStart): Promise<void>;
  /** @throws PolicyDeniedError */
  allowProviderStart(provider: ProviderToStart): Promise<void>;
  /** @throws PolicyDeniedError */
  allowLink(link: Link): Promise<void>;
  /** Of a component whose start was allowed. Absent where nobody is asked about calls. */
  readonly decideInvocation: DecideForComponent | undefined;
}

export const openPolicyGate: PolicyGate = {
  allowComponentStart: async () => {},
  allowProviderStart: async () => {},
  allowLink: async () => {},
  decideInvocation: undefined,
};

export interface PolicyGateOptions {
  /** All of them have to permit, the first one that does not is heard. */
  readonly sources: readonly PolicySource[];
  /** Whether links are asked about, which upstream has no word for. */
  readonly asksLinks: boolean;
  readonly audit: Pick<AuditTrail, 'record'>;
  readonly tracer?: Tracer;
  readonly logger: Logger;
}

/** Of components that started and were replaced since, the last ones are remembered. */
const maxStarted = 20_000;

export function createPolicyGate(options: PolicyGateOptions): PolicyGate {
  const { sources, asksLinks, audit, tracer = noopTracer, logger } = options;
  /** What calls of them are asked about with. */
  const started = new Map<string, ComponentSubject>();

  const ask = async (question: PolicyQuestion): Promise<Decision> => {
    let decision: Decision = { permitted: true, message: undefined, isFinal: true };
    for (const source of sources) {
      const next = await source.decide(question);
      decision = { ...next, isFinal: next.isFinal && decision.isFinal };
      if (!decision.permitted) break;
    }
    return decision;
  };

  /** Asks, and keeps account of what was said. */
  const decide = async (question: PolicyQuestion): Promise<Decision> => {
    const time = Date.now();
    const begun = performance.now();
    const { kind } = question;
    const subject = subjectOf(question);
    const span = tracer.startSpan('policy_decision', { attributes: { kind, subject } });
    try {
      const decision = await ask(question);
      const { permitted, message = '', requestId = '' } = decision;
      span.setAttributes({ permitted, message, request_id: requestId });
      const record = { kind, subject, request: requestId, reason: message };
      if (permitted) logger.debug('permitted by policy', record);
      else logger.warn('denied by policy', record);
      audit.record({
        category: 'policy',
        operation: kind,
        target: subject,
        outcome: permitted ? 'ok' : 'refused',
        message,
        time,
        durationMs: performance.now() - begun,
      });
      return decision;
    } finally {
      span.end();
    }
  };

  return {
    async allowComponentStart({ token, ...component }) {
      const request = { ...component, claims: policyClaims(token, Date.now()) };
      const { permitted, message } = await decide({ kind: 'startComponent', request });
      if (!permitted) throw new PolicyDeniedError(componentDenial(component.componentId, message));
      const key = startedKey(component);
      started.delete(key);
      started.set(key, { ...request, maxInstances: 0 });
      const [oldest] = started.size > maxStarted ? started.keys() : [];
      if (oldest !== undefined) started.delete(oldest);
    },

    async allowProviderStart({ token, ...provider }) {
      const request = { ...provider, claims: policyClaims(token, Date.now()) };
      const { permitted, message, requestId } = await decide({ kind: 'startProvider', request });
      if (!permitted) throw new PolicyDeniedError(providerDenial(requestId ?? provider.providerId, message));
    },

    async allowLink(link) {
      if (!asksLinks) return;
      const { permitted, message } = await decide({ kind: 'putLink', request: linkSubject(link) });
      if (permitted) return;
      const reason = message === undefined ? '' : `: ${message}`;
      throw new PolicyDeniedError(
        `policy denied request to link ${link.sourceId} to ${link.target}${reason}`,
      );
    },

    async decideInvocation(component, { instance, func }) {
      const target = started.get(startedKey(component)) ?? {
        ...component,
        maxInstances: 0,
        annotations: {},
        claims: null,
      };
      const { permitted, message, isFinal } = await decide({
        kind: 'performInvocation',
        request: { interface: instance, function: func, target },
      });
      return { permitted, message, isFinal };
    },
  };
}

/** Kinds that a gate asks about, for who checks rules. */
export function askedKinds({ asksLinks }: Pick<PolicyGateOptions, 'asksLinks'>): readonly PolicyKind[] {
  return [
    'startComponent',
    'startProvider',
    'performInvocation',
    ...(asksLinks ? (['putLink'] as const) : []),
  ];
}

function startedKey({
  componentId,
  imageRef,
}: {
  readonly componentId: string;
  readonly imageRef: string;
}): string {
  return JSON.stringify([componentId, imageRef]);
}

function linkSubject(link: Link) {
  const { sourceId, target, name, witNamespace, witPackage, interfaces, sourceConfig, targetConfig } = link;
  return { sourceId, target, name, witNamespace, witPackage, interfaces, sourceConfig, targetConfig };
}

/** Upstream's sentences (docs/spec/security.md#8.2). */
function componentDenial(componentId: string, message: string | undefined): string {
  const reason = message === undefined ? '' : `: \`${JSON.stringify(message)}\``;
  return `Policy denied request to scale component \`${componentId}\`${reason}`;
}

function providerDenial(requestId: string, message: string | undefined): string {
  const reason = message === undefined ? 'None' : `Some(${JSON.stringify(message)})`;
  return `policy denied request to start provider \`${requestId}\`: \`${reason}\``;
}
