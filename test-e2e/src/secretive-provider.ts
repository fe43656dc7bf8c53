import { createHash } from 'node:crypto';
import { type ProviderContext, runProvider, type SecretMap } from '@wasmlattice/provider-sdk';

/**
 * Says in its log which secrets it has, by digests, and does all that it should not do with them: it logs them, prints them, fails with
 * them where a config asks for it.
 */
await runProvider('secretive', (context) => {
  context.links({
    open({ config, secrets, sourceId }) {
      tell(context, `those of ${sourceId}`, secrets);
      if (config.refuse !== undefined) throw new Error(`refused with ${textsOf(secrets)}`);
    },
  });
  tell(context, 'its own', context.secrets);
  return {
    updateSecrets: (secrets) => tell(context, 'its own', secrets),
    updateConfig({ crash }) {
      if (crash === undefined) return;
      process.stderr.write(`crash with ${textsOf(context.secrets)}\n`, () => process.exit(3));
    },
    health: () => ({ healthy: false, message: `ill with ${textsOf(context.secrets)}` }),
  };
});

function tell({ logger, tracer }: ProviderContext, what: string, secrets: SecretMap): void {
  const digests = Object.entries(secrets).map(([name, { value }]) => `${name}=${digestOf(value)}`);
  logger.info(`has ${what}: ${digests.sort().join(' ')}.`);
  const texts = textsOf(secrets);
  for (const level of ['error', 'warn', 'info', 'debug', 'trace'] as const) {
    logger[level](`logged ${texts}`, { texts, error: new Error(texts) });
  }
  const span = tracer.startSpan(`span of ${texts}`, { attributes: { texts } });
  span.recordException(new Error(texts));
  span.end();
  process.stderr.write(`stderr ${texts}\n`);
  process.stdout.write(`stdout ${texts}\n`);
}

function textsOf(secrets: SecretMap): string {
  return Object.values(secrets)
    .map(({ value }) => value)
    .join(' ');
}

function digestOf(value: string | Uint8Array): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 12);
}
