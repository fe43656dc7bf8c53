/** A value OpenTelemetry can export. */
export type AttributeValue = string | number | boolean;

/** Attributes of a span or a measurement; `undefined` values are left out. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;
