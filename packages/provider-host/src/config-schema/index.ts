export { builtinNames } from './builtin-names.js';
export {
  type ConfigFinding,
  type ConfigFindings,
  checkLinkConfig,
  checkProviderConfig,
  type LinkConfigs,
} from './check-config.js';
export { closestWord } from './closest-word.js';
export { type ConfigLayer, secretText } from './config-layer.js';
export type { ConfigKey, ConfigSchema, ConfigSide } from './config-schema.js';
export { readSettings, SettingsError, type SettingsLayers } from './read-settings.js';
export { readmeRows, rowsInReadme } from './readme-table.js';
export {
  type BlobstoreFsSettings,
  type BlobstoreNatsSettings,
  type BlobstoreS3Settings,
  blobstoreFsSchema,
  blobstoreNatsSchema,
  blobstoreS3Schema,
  configSchemaOf,
  httpServerSchema,
  type KeyvalueNatsSettings,
  type KeyvalueRedisSettings,
  keyvalueNatsSchema,
  keyvalueRedisSchema,
  type MessagingMqttSettings,
  type MessagingNatsSettings,
  messagingMqttSchema,
  messagingNatsSchema,
  type NatsAccessSettings,
  natsAccessSettings,
  type S3Account,
  type SqldbPostgresSettings,
  type SqldbSqliteSettings,
  sqldbPostgresSchema,
  sqldbSqliteSchema,
  type WatchedKey,
} from './schemas/index.js';
export {
  type Fallback,
  flag,
  type Inheritance,
  InvalidValueError,
  type NumberOptions,
  oneOf,
  type Secrecy,
  type Setting,
  type SettingOptions,
  type SettingValue,
  setting,
  type TextOptions,
  text,
  texts,
  wholeNumber,
} from './setting.js';
export {
  defineSettings,
  type SettingsDefinition,
  type SettingsOf,
  type SettingsSchema,
} from './settings-schema.js';
