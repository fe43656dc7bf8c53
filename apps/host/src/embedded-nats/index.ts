export type { EmbeddedNats, EmbeddedNatsOptions } from './embedded-nats.js';
export { startEmbeddedNats } from './embedded-nats.js';
export { EmbeddedNatsError, type EmbeddedNatsFailure } from './embedded-nats-error.js';
export { findNatsServer } from './find-nats-server.js';
export { type NatsServerInfo, type ProbeResult, probeNats } from './probe.js';
export type { ServerExit } from './server-process.js';
export { type EmbedDecision, shouldEmbed } from './should-embed.js';
