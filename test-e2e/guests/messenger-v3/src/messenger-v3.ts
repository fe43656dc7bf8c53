import { log } from 'wasi:logging/logging@0.1.0-draft';
import { send } from 'wasmcloud:messaging/producer@0.3.0';
import { RequestOptions, reply, request } from 'wasmcloud:messaging/request-reply@0.3.0';
import { Client, Message } from 'wasmcloud:messaging/types@0.3.0';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** `ask:<topic>:<text>` asks on, `tell:<topic>:<text>` publishes, anything else is answered. */
export const incomingHandler = {
  handle(message: Message): void {
    const text = decoder.decode(message.data());
    log('info', 'messenger-v3', `handled ${message.topic()} ${text}`);
    const [verb, topic = '', rest = ''] = text.split(':');
    const client = Client.connect('');
    if (verb === 'tell') send(client, topic, new Message(encoder.encode(rest)));
    const answer = verb === 'ask' ? ask(client, topic, rest) : `${text} was handled`;
    reply(message, new Message(encoder.encode(answer)));
  },
};

function ask(client: Client, topic: string, text: string): string {
  const options = new RequestOptions();
  options.setTimeoutMs(30_000);
  try {
    const [answer] = request(client, topic, new Message(encoder.encode(text)), options);
    return answer === undefined ? 'no answer' : decoder.decode(answer.data());
  } catch (error) {
    return JSON.stringify((error as { payload?: unknown }).payload);
  }
}
