export {
  type ConfigFindings,
  checkLinkConfig,
  checkProviderConfig,
  type LinkConfigs,
} from './check-config.js';
export { closestWord } from './closest-word.js';
export type { ConfigKey, ConfigSchema, ConfigSide } from './config-schema.js';
export { readmeRows, rowsInReadme } from './readme-table.js';
export {
  blobstoreFsSchema,
  configSchemaOf,
  httpServerSchema,
  keyvalueNatsSchema,
  messagingNatsSchema,
  sqldbPostgresSchema,
} from './schemas.js';
