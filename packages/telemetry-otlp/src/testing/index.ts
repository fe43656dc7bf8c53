export { type Collector, type CollectorOptions, type ExportRequest, startCollector } from './collector.js';
export type { ReceivedLog, ReceivedPoint, ReceivedSpan } from './otlp.js';
export { ProtobufMessage } from './protobuf-message.js';
