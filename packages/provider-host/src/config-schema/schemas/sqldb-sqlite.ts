import { flag, text, wholeNumber } from '../setting.js';
import { defineSettings, type SettingsSchema } from '../settings-schema.js';

export interface SqldbSqliteSettings {
  /** `undefined`: databases are in memory only. */
  readonly SQLITE_FOLDER: string | undefined;
  /** Within the folder, or `:memory:`. */
  readonly SQLITE_FILE: string;
  readonly SQLITE_READ_ONLY: boolean;
  readonly SQLITE_BUSY_TIMEOUT_MS: number;
  readonly SQLITE_STATEMENT_TIMEOUT_MS: number;
}

/** A provider of our own: upstream has none on SQLite. */
export const sqldbSqliteSchema: SettingsSchema<SqldbSqliteSettings> = defineSettings({
  provider: 'sqldb-sqlite',
  settings: {
    SQLITE_FOLDER: text({
      sides: ['provider'],
      form: {
        pattern: /^(?:\/|\\|[a-z]:[\\/])/i,
        give: 'give the path from the top of the file system, a provider has no directory of its own',
      },
      without: 'links can have databases in memory only',
      description: 'where the files of all links are; no link leads out of it',
    }),
    SQLITE_FILE: text({
      sides: ['target'],
      required: true,
      description: 'path in that folder, made if there is none; or `:memory:`, which ends with the link',
    }),
    SQLITE_READ_ONLY: flag({
      sides: ['target'],
      description: '`true` or `yes`: the file is there, and stays as it is',
    }),
    SQLITE_BUSY_TIMEOUT_MS: wholeNumber({
      least: 0,
      most: 600_000,
      default: 5_000,
      description: 'how long a statement waits while another process writes',
    }),
    SQLITE_STATEMENT_TIMEOUT_MS: wholeNumber({
      least: 1,
      most: 86_400_000,
      default: 30_000,
      description: 'how long a statement may run; then its process ends, and with it a database in memory',
    }),
  },
});
