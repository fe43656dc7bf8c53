import { RecordingLogger } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { ComponentHandler } from './component-handler.js';
import { type Reaction, ToldComponent } from './testing/told-component.js';

const message = {
  subject: 'a',
  body: new TextEncoder().encode('x'),
  replyTo: 'b',
  trace: { traceparent: '00-1' },
};

function handlerOf(react: (text: string, attempt: number) => Reaction) {
  const component = new ToldComponent(react);
  const logger = new RecordingLogger();
  const handler = new ComponentHandler({
    invoker: component.invoker,
    component: 'worker',
    linkName: 'orders',
    timeoutMs: 1_000,
    logger,
  });
  return { component, handler, logger };
}

describe('a message', () => {
  it('goes to the component with the trace of its sender and the name of the link', async () => {
    const { component, handler } = handlerOf(() => 'ok');
    expect(await handler.hand(message)).toEqual({ kind: 'handled' });
    expect(component.handed).toEqual([
      {
        text: 'x',
        message: { subject: 'a', body: message.body, replyTo: 'b' },
        headers: { traceparent: '00-1', 'link-name': 'orders' },
      },
    ]);
  });

  it.each([
    [{ err: 'no' }, { kind: 'refused', reason: 'no' }],
    ['trap', { kind: 'failed' }],
    ['absent', { kind: 'unheard' }],
  ] as const)('that ends with %j says so', async (reaction, outcome) => {
    expect(await handlerOf(() => reaction).handler.hand(message)).toMatchObject(outcome);
  });

  it('is handed on until somebody hears it, and the log says once why it waits', async () => {
    const { handler, logger } = handlerOf((_, attempt) => (attempt < 3 ? 'absent' : 'trap'));
    const never = new AbortController().signal;
    expect(await handler.handUntilHeard(message, never)).toMatchObject({ kind: 'failed' });
    expect(logger.records.map(({ message: words }) => words)).toEqual([
      'messages wait: no component takes them; start it or scale it up',
      'the component takes messages again',
    ]);
  });

  it('is handed on no more after the signal', async () => {
    const stopping = new AbortController();
    const { component, handler } = handlerOf(() => {
      stopping.abort();
      return 'absent';
    });
    expect(await handler.handUntilHeard(message, stopping.signal)).toMatchObject({ kind: 'unheard' });
    expect(component.handed).toHaveLength(1);
  });
});
