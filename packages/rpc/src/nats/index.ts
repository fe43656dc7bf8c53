export { defaultStreamOptions, type StreamOptions } from './call-channels.js';
export { ConnectionMonitor, type ConnectionWatcher } from './connection-monitor.js';
export { tolerateMalformedHeaders } from './malformed-headers.js';
export { createNatsInvoker, type NatsInvoker, type NatsInvokerOptions } from './nats-invoker.js';
export { createNatsServer, type NatsServerOptions } from './nats-server.js';
export { NatsTransport } from './nats-transport.js';
export type { Refusal, RefusalKind } from './refusal-log.js';
export {
  type CallSubject,
  type ChannelControl,
  type ChannelRoot,
  cancelSubject,
  channelSubject,
  controlSubject,
  invocationSubject,
  isPeerRoot,
  isSubjectPart,
  parseCallSubject,
  targetPrefix,
} from './subjects.js';
