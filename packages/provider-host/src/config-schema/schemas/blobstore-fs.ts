import { text } from '../setting.js';
import { defineSettings, type SettingsSchema } from '../settings-schema.js';

export interface BlobstoreFsSettings {
  /** Absolute; `undefined`: one for the component in the system's directory for temporary files. */
  readonly ROOT: string | undefined;
}

/** docs/spec/provider.md#10.6 */
export const blobstoreFsSchema: SettingsSchema<BlobstoreFsSettings> = defineSettings({
  provider: 'blobstore-fs',
  anyCase: true,
  settings: {
    ROOT: text({
      form: {
        // From the top, on Windows too.
        pattern: /^(?:\/|\\|[a-z]:[\\/])/i,
        give: 'give the path from the top of the file system, a provider has no directory of its own',
      },
      without: 'objects go to a directory for temporary files',
      defaultText: '`<directory for temporary files>/<component id>`',
      description: 'an absolute path, the key in any case; the directory is made if there is none',
    }),
  },
});
