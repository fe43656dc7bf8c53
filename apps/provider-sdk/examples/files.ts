/**
 * A provider with streams: components linked to it read files, each of the folder of its link. What opening or reading throws is the
 * error of the WIT function.
 */

import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  answering,
  defineSettings,
  provideWorld,
  reasonOf,
  runProvider,
  text,
} from '@wasmlattice/provider-sdk';
import { fileServerExports } from './files-wit.ts';

const settings = defineSettings({
  provider: 'files',
  settings: {
    folder: text({
      required: true,
      form: { pattern: /^\//, give: 'give the path from the top of the file system' },
    }),
  },
});

await runProvider('files', ({ links, logger }) => {
  const folders = links({
    settings,
    package: 'acme:files',
    async open({ settings: { folder } }) {
      await stat(folder);
      return folder;
    },
    close: (folder, end) => logger.info('folder closed', { folder, end }),
  });
  const answer = answering({
    links: folders,
    error: (cause, what) => `could not ${what}: ${reasonOf(cause)}`,
    logger,
  });
  return {
    exports: provideWorld(fileServerExports, {
      files: {
        read: (name, call) =>
          answer(
            call,
            async (folder, told) => {
              if (!/^[-\w]+$/.test(name))
                throw new Error(`${JSON.stringify(name)} is no name of a file here`);
              const file = await open(join(folder, name));
              return told.withStatus(file.createReadStream());
            },
            `read ${name}`,
          ),
      },
    }),
  };
});
