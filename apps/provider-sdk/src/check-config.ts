import {
  type ConfigFindings,
  type ConfigSchema,
  checkLinkConfig,
  checkProviderConfig,
} from '@wasmlattice/provider-host/config-schema';
import type { InterfaceLinkDefinition, StringMap } from '@wasmlattice/provider-host/protocol';
import type { Logger } from '@wasmlattice/telemetry';

/** A config with keys that the provider does not have, or not there; the message names them and says what to write. */
export class ConfigKeyError extends Error {
  override readonly name = 'ConfigKeyError';
}

/**
 * @param schemas of the provider's links; a key that one of them has is fine
 * @throws ConfigKeyError
 */
export function acceptProviderConfig(
  schemas: readonly ConfigSchema[],
  config: StringMap,
  logger: Logger,
): void {
  const [first] = schemas;
  if (first === undefined) return;
  const keys = [...new Set(schemas)].flatMap((schema) => schema.keys);
  accept(checkProviderConfig({ ...first, keys }, config), logger);
}

/** @throws ConfigKeyError */
export function acceptLinkConfig(
  schema: ConfigSchema | undefined,
  side: 'source' | 'target',
  { sourceConfig: source, targetConfig: target }: InterfaceLinkDefinition,
  provider: StringMap,
  logger: Logger,
): void {
  if (schema !== undefined) accept(checkLinkConfig(schema, side, { source, target }, provider), logger);
}

function accept({ refusals, warnings }: ConfigFindings, logger: Logger): void {
  if (refusals.length > 0) throw new ConfigKeyError(refusals.map(({ message }) => message).join('; '));
  for (const { message } of warnings) logger.warn(message);
}
