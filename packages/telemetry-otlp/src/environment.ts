/** Settings OpenTelemetry defines as `OTEL_*` variables. Times are in milliseconds. */
export interface OtelEnvironment {
  /** `OTEL_SDK_DISABLED`: nothing is exported, whatever else is asked for. */
  readonly disabled: boolean;
  readonly resourceAttributes: Readonly<Record<string, string>>;
  readonly batch: {
    readonly scheduledDelayMillis?: number;
    readonly exportTimeoutMillis?: number;
    readonly maxQueueSize?: number;
    readonly maxExportBatchSize?: number;
  };
  /** Of log records. */
  readonly logs: {
    readonly scheduledDelayMillis?: number;
    readonly exportTimeoutMillis?: number;
    readonly maxQueueSize?: number;
    readonly maxExportBatchSize?: number;
  };
  readonly metrics: {
    readonly exportIntervalMillis?: number;
    readonly exportTimeoutMillis?: number;
  };
}

/**
 * Reads the variables the parts of the SDK leave to whoever puts them together. What is malformed counts as unset,
 * as the OpenTelemetry specification asks.
 */
export function readOtelEnvironment(env: Readonly<Record<string, string | undefined>>): OtelEnvironment {
  return {
    disabled: env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true',
    resourceAttributes: parseResourceAttributes(env.OTEL_RESOURCE_ATTRIBUTES ?? ''),
    batch: {
      ...positive('scheduledDelayMillis', env.OTEL_BSP_SCHEDULE_DELAY),
      ...positive('exportTimeoutMillis', env.OTEL_BSP_EXPORT_TIMEOUT),
      ...positive('maxQueueSize', env.OTEL_BSP_MAX_QUEUE_SIZE),
      ...positive('maxExportBatchSize', env.OTEL_BSP_MAX_EXPORT_BATCH_SIZE),
    },
    logs: {
      ...positive('scheduledDelayMillis', env.OTEL_BLRP_SCHEDULE_DELAY),
      ...positive('exportTimeoutMillis', env.OTEL_BLRP_EXPORT_TIMEOUT),
      ...positive('maxQueueSize', env.OTEL_BLRP_MAX_QUEUE_SIZE),
      ...positive('maxExportBatchSize', env.OTEL_BLRP_MAX_EXPORT_BATCH_SIZE),
    },
    metrics: {
      ...positive('exportIntervalMillis', env.OTEL_METRIC_EXPORT_INTERVAL),
      ...positive('exportTimeoutMillis', env.OTEL_METRIC_EXPORT_TIMEOUT),
    },
  };
}

/** `key=value` pairs joined by commas, values percent-encoded. One bad pair discards all of them. */
function parseResourceAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue;
    const separator = pair.indexOf('=');
    if (separator <= 0) return {};
    try {
      attributes[decodeURIComponent(pair.slice(0, separator).trim())] = decodeURIComponent(
        pair.slice(separator + 1).trim(),
      );
    } catch {
      return {};
    }
  }
  return attributes;
}

function positive<K extends string>(key: K, text: string | undefined): { readonly [P in K]?: number } {
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return (Number.isSafeInteger(value) && value > 0 ? { [key]: value } : {}) as { readonly [P in K]?: number };
}
