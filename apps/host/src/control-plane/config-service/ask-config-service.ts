import { decodeRegistryCredentials, type RegistryCredentials } from '@wasmlattice/control-interface';
import { DecodeError, jsonFromBytes, ObjectReader } from '@wasmlattice/control-interface/codec';
import type { Logger } from '@wasmlattice/telemetry';
import type { NatsConnection } from 'nats';

/** As long as the NATS client of wasmCloud's hosts waits. */
const defaultTimeoutMs = 10_000;

export interface ConfigServiceRequest {
  /** The *control* connection. */
  readonly connection: NatsConnection;
  readonly lattice: string;
  /** All labels of the host: by them the service knows it. */
  readonly labels: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly logger: Logger;
}

/**
 * Asks the configuration service of the lattice for credentials of registries (docs/spec/lattice-data.md#9). Without an answer that can be
 * read the host goes on with none; the reason is logged, what the answer holds is not.
 */
export async function askConfigService(request: ConfigServiceRequest): Promise<RegistryCredentials> {
  const { connection, labels, lattice, logger, timeoutMs = defaultTimeoutMs } = request;
  const subject = `wasmbus.cfg.${lattice}.req`;
  let answer: Uint8Array;
  try {
    ({ data: answer } = await connection.request(subject, JSON.stringify({ labels }), {
      timeout: timeoutMs,
    }));
  } catch (error) {
    logger.error('the configuration service did not answer: the host goes on without', { subject, error });
    return {};
  }
  try {
    const reader = new ObjectReader(jsonFromBytes(answer, 'answer'), 'answer');
    const credentials = reader.value('registryCredentials') ?? {};
    return decodeRegistryCredentials(credentials);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    logger.error('the answer of the configuration service can not be read: the host goes on without', {
      subject,
      error,
    });
    return {};
  }
}
