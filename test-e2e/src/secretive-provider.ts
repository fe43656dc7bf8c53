import { createHash } from 'node:crypto';
import { type Provider, type ProviderContext, runProvider } from '@wasmlattice/provider-sdk';

type Secrets = ProviderContext['secrets'];

let context: ProviderContext | undefined;

/**
 * Says in its log which secrets it has, by digests, and does all that it should not do with them: it logs them, prints them, fails with
 * them where a config asks for it.
 */
const provider: Provider = {
  init(given) {
    context = given;
    tell('its own', given.secrets);
  },
  updateSecrets: (secrets) => tell('its own', secrets),
  updateConfig({ crash }) {
    if (crash === undefined) return;
    process.stderr.write(`crash with ${textsOf(context?.secrets ?? {})}\n`, () => process.exit(3));
  },
  putLinkAsTarget({ config, secrets, sourceId }) {
    tell(`those of ${sourceId}`, secrets);
    if (config.refuse !== undefined) throw new Error(`refused with ${textsOf(secrets)}`);
  },
  health: () => ({ healthy: false, message: `ill with ${textsOf(context?.secrets ?? {})}` }),
};

function tell(what: string, secrets: Secrets): void {
  const digests = Object.entries(secrets).map(([name, { value }]) => `${name}=${digestOf(value)}`);
  context?.logger.info(`has ${what}: ${digests.sort().join(' ')}.`);
  const texts = textsOf(secrets);
  for (const level of ['error', 'warn', 'info', 'debug', 'trace'] as const) {
    context?.logger[level](`logged ${texts}`, { texts, error: new Error(texts) });
  }
  const span = context?.tracer.startSpan(`span of ${texts}`, { attributes: { texts } });
  span?.recordException(new Error(texts));
  span?.end();
  process.stderr.write(`stderr ${texts}\n`);
  process.stdout.write(`stdout ${texts}\n`);
}

function textsOf(secrets: Secrets): string {
  return Object.values(secrets)
    .map(({ value }) => value)
    .join(' ');
}

function digestOf(value: string | Uint8Array): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 12);
}

await runProvider(provider, { name: 'secretive' });
