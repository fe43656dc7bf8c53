import type { ServerResponse } from 'node:http';
import { type DiagnosticsClient, DiagnosticsPermissionError } from '@wasmlattice/diagnostics';
import type { LogMessage } from '../model/log-messages.js';
import { openEventStream, sendEvent } from './event-stream.js';

/** A page that has not read this much of what it was sent is cut off. In bytes. */
const mostUnread = 4 * 1_024 * 1_024;

/** Streams the log of a component or provider to a page until it leaves. Hosts tell it only for so long. */
export async function streamLog(
  response: ServerResponse,
  workload: string,
  diagnostics: DiagnosticsClient,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  openEventStream(response);
  response.flushHeaders();
  const send = (message: LogMessage): void => {
    sendEvent(response, message, mostUnread);
  };
  try {
    await diagnostics.followLogs({
      workload,
      signal: gone.signal,
      onLines(hostId, lines, dropped) {
        const rows = lines.map(({ time, level, message, traceId }) => ({
          time,
          level,
          hostId,
          message,
          traceId,
        }));
        send({ kind: 'lines', lines: rows, dropped });
      },
      onHost(hostId, refusal) {
        if (refusal !== undefined) send({ kind: 'refusal', message: `Host ${hostId}: ${refusal}` });
      },
    });
  } catch (error) {
    if (!(error instanceof DiagnosticsPermissionError)) throw error;
    send({ kind: 'refusal', message: error.message });
  } finally {
    response.end();
  }
}
