import { readFile } from 'node:fs/promises';
import type { Logger, Tracer } from '@wasmlattice/telemetry';
import type { NatsConnection } from 'nats';
import type { AuditTrail } from '../audit/audit-trail.js';
import { PolicyFileError, type PolicyRules, parsePolicyFile } from './policy-file.js';
import { askedKinds, createPolicyGate, openPolicyGate, type PolicyGate } from './policy-gate.js';
import type { PolicyHost } from './policy-request.js';
import { createPolicyService } from './policy-service.js';
import { type PolicySource, rulesSource } from './policy-source.js';

/** Who decides what may happen on this host. */
export interface PolicyConfig {
  /** Of a policy service; absent: none is asked. */
  readonly topic: string | undefined;
  readonly changesTopic: string | undefined;
  readonly timeoutMs: number;
  readonly whenSilent: 'deny' | 'allow';
  /** Path of a file with rules. */
  readonly file: string | undefined;
  readonly asksLinks: boolean;
}

export interface OpenPolicyOptions {
  readonly config: PolicyConfig;
  /** The ctl connection. */
  readonly connection: NatsConnection;
  readonly host: PolicyHost;
  /** Decisions about calls may be others than before. */
  readonly onChange: () => void;
  readonly audit: Pick<AuditTrail, 'record'>;
  readonly tracer: Tracer;
  readonly logger: Logger;
}

export interface OpenPolicy {
  readonly gate: PolicyGate;
  close(): void;
}

/**
 * Makes the gate of the settings: rules of a file first, then a service.
 *
 * @throws PolicyFileError
 */
export async function openPolicy(options: OpenPolicyOptions): Promise<OpenPolicy> {
  const { config, connection, host, onChange, audit, tracer, logger } = options;
  const { asksLinks, changesTopic, file, timeoutMs, topic, whenSilent } = config;
  const sources: PolicySource[] = [];
  if (file !== undefined) sources.push(rulesSource(await readRules(file, asksLinks)));
  const service =
    topic === undefined
      ? undefined
      : createPolicyService({
          connection,
          topic,
          changesTopic,
          timeoutMs,
          whenSilent,
          host,
          onChange,
          logger,
        });
  if (service !== undefined) sources.push(service);
  return {
    gate:
      sources.length === 0 ? openPolicyGate : createPolicyGate({ sources, asksLinks, audit, tracer, logger }),
    close: () => service?.close(),
  };
}

async function readRules(file: string, asksLinks: boolean): Promise<PolicyRules> {
  try {
    const rules = parsePolicyFile(await readFile(file, 'utf8'));
    const asked = askedKinds({ asksLinks });
    const idle = rules.rules.flatMap(({ kinds }) => kinds).find((kind) => !asked.includes(kind));
    if (idle !== undefined)
      throw new PolicyFileError(`a rule is about ${idle}: start the host with --policy-links`);
    return rules;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new PolicyFileError(`the policy file ${file} can't be used: ${message}`, { cause });
  }
}
