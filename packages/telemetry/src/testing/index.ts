export { type Collector, type CollectorOptions, type ExportRequest, startCollector } from './collector.js';
export type { ReceivedPoint, ReceivedSpan } from './otlp.js';
export { ProtobufMessage } from './protobuf-message.js';
