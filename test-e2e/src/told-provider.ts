import { type Provider, type ProviderContext, runProvider } from '@wasmlattice/provider-sdk';

let context: ProviderContext | undefined;

/** Says in its log what it is told, and refuses a link whose config has `refuse`, with that reason. */
const provider: Provider = {
  init(given) {
    context = given;
    tell('config', given.config);
  },
  updateConfig: (config) => tell('config', config),
  putLinkAsTarget({ config, sourceId }) {
    if (config.refuse !== undefined) throw new Error(config.refuse);
    tell(`link of ${sourceId}`, config);
  },
  deleteLinkAsTarget: ({ sourceId }) => tell(`no link of ${sourceId}`, {}),
};

function tell(what: string, values: Readonly<Record<string, string>>): void {
  const shown = Object.entries(values).map(([key, value]) => `${key}=${value}`);
  context?.logger.info(`told ${what}: ${shown.sort().join(' ')}.`);
}

await runProvider(provider, { name: 'told' });
