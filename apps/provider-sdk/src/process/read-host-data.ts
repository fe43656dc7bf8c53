import { decodeHostData, type HostData } from '@wasmlattice/provider-host/protocol';

/** Reads the one line a host writes; throws a `ProviderProtocolError` when it is missing or malformed. */
export async function readHostData(input: AsyncIterable<Uint8Array | string>): Promise<HostData> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of input) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const end = text.indexOf('\n');
    if (end >= 0) return decodeHostData(text.slice(0, end));
  }
  return decodeHostData(text);
}
