import { runProvider } from '@wasmlattice/provider-sdk';

/** Says in its log what it is told, and refuses a link whose config has `refuse`, with that reason. */
await runProvider('told', ({ config: first, links, logger }) => {
  const tell = (what: string, values: Readonly<Record<string, string>>): void => {
    const shown = Object.entries(values).map(([key, value]) => `${key}=${value}`);
    logger.info(`told ${what}: ${shown.sort().join(' ')}.`);
  };
  links({
    open({ config, sourceId }) {
      if (config.refuse !== undefined) throw new Error(config.refuse);
      tell(`link of ${sourceId}`, config);
      return sourceId;
    },
    close(sourceId, end) {
      if (end === 'deleted') tell(`no link of ${sourceId}`, {});
    },
  });
  tell('config', first);
  return { updateConfig: (config) => tell('config', config) };
});
