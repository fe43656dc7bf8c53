export { createSqliteProvider, type SqliteProviderOptions } from './sqlite-provider.js';
