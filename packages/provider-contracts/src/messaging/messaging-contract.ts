import { err, ok } from '@wasmlattice/rpc';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { bytes, okOf } from '../answers.js';
import { type ContractOptions, claimsFor } from '../claims.js';
import {
  consumerOf,
  HandlingComponent,
  handlingLinkOf,
  message,
  publishLinkOf,
  startLinked,
  traceparent,
} from './messaging-fixture.js';
import { type MessagingDifference, type MessagingSetup, messagingDifferences } from './messaging-setup.js';

/**
 * Tests of `wasmcloud:messaging` 0.2.0 (docs/spec/wrpc-interfaces.md#6) and of the links to its provider. Components of 0.3.0 reach providers
 * by 0.2.0.
 */
export function messagingContract(
  name: string,
  setUp: () => Promise<MessagingSetup>,
  options: ContractOptions<MessagingDifference> = {},
): void {
  const { differences = [] } = options;
  const claim = claimsFor(messagingDifferences, options);

  describe(`${name} keeps the contract of messaging`, () => {
    let setup: MessagingSetup;
    let scope: AsyncDisposableStack;
    let worker: HandlingComponent;
    let tests = 0;
    /** First token of the subjects of one test. */
    let root: string;
    beforeAll(async () => {
      setup = await setUp();
    });
    afterAll(() => setup?.[Symbol.asyncDispose]());
    beforeEach(async () => {
      scope = new AsyncDisposableStack();
      worker = await HandlingComponent.serve(setup, 'worker', scope);
      root = `t${++tests}`;
    });
    afterEach(async () => {
      await setup.harness.stopAll();
      await scope.disposeAsync();
    });

    /** The asker publishes, and the worker gets what it subscribes to. */
    const start = (subscriptions: string) =>
      startLinked(setup, [
        publishLinkOf(setup, 'asker'),
        publishLinkOf(setup, 'worker'),
        handlingLinkOf(setup, 'worker', setup.subscribeConfig(subscriptions)),
      ]);
    const asker = () => consumerOf(setup, 'asker');
    const publish = async (subject: string, text: string): Promise<void> => {
      okOf(await asker().publish(message(subject, text)));
    };
    /** The worker answers what it is asked, with an exclamation mark. */
    const answer = (): void => {
      worker.handle = async ({ replyTo }, text) =>
        replyTo === undefined
          ? ok()
          : await consumerOf(setup, 'worker').publish(message(replyTo, `${text}!`));
    };

    describe('a message', () => {
      claim('has its subject and its bytes', async () => {
        await start(`${root}.a`);
        const body = Uint8Array.from({ length: 256 }, (_, index) => index);
        okOf(await asker().publish({ subject: `${root}.a`, body, replyTo: undefined }));
        await expect.poll(() => worker.messages.length).toBe(1);
        expect(worker.messages).toEqual([{ subject: `${root}.a`, body, replyTo: undefined }]);
      });

      claim(
        'has the trace of its sender',
        async () => {
          await start(`${root}.a`);
          await publish(`${root}.a`, 'traced');
          await expect.poll(() => worker.messages.length).toBe(1);
          const traceId = (header: string | undefined) => header?.split('-')[1];
          expect(traceId(worker.traces[0])).toBe(traceId(traceparent));
        },
        'no-trace',
      );

      claim('may be empty, or have half a megabyte', async () => {
        await start(`${root}.a`);
        const large = new Uint8Array(2 ** 19).map((_, index) => (index * 31) % 251);
        okOf(await asker().publish({ subject: `${root}.a`, body: large, replyTo: undefined }));
        await publish(`${root}.a`, '');
        await expect.poll(() => worker.messages.length).toBe(2);
        const bodies = worker.messages
          .map(({ body }) => Buffer.from(body))
          .toSorted((a, b) => b.length - a.length);
        expect(bodies.map(({ length }) => length)).toEqual([2 ** 19, 0]);
        expect(Buffer.compare(bodies[0] ?? Buffer.alloc(0), large)).toBe(0);
      });

      claim('goes to those who subscribe to its subject', async () => {
        await start(`${root}.one.*, ${root}.all.>,${root}.exact`);
        for (const subject of ['one.a', 'one.a.b', 'all.a', 'all.a.b', 'exact', 'other']) {
          await publish(`${root}.${subject}`, subject);
        }
        await worker.hasHandled(['one.a', 'all.a', 'all.a.b', 'exact'], patience());
      });

      claim('is handled beside others', async () => {
        await start(`${root}.a`);
        const { promise: last, resolve } = Promise.withResolvers<void>();
        worker.handle = async (_, text) => {
          if (text === '3') resolve();
          await last;
          return ok();
        };
        for (const text of ['1', '2', '3']) await publish(`${root}.a`, text);
        await last;
      });

      claim('that fails leaves the others alone', async () => {
        await start(`${root}.a`);
        worker.handle = async (_, text) => {
          if (text === 'trap') throw new Error('trapped on request');
          return text === 'refuse' ? err('refused on request') : ok();
        };
        for (const text of ['refuse', 'trap', 'fine']) await publish(`${root}.a`, text);
        await expect.poll(() => worker.texts).toContain('fine');
      });

      claim('goes to one member of a group, and to each without', async () => {
        const other = await HandlingComponent.serve(setup, 'other', scope);
        const links = [
          publishLinkOf(setup, 'asker'),
          handlingLinkOf(setup, 'worker', setup.subscribeConfig(`${root}.a|workers`)),
          handlingLinkOf(setup, 'other', setup.subscribeConfig(`${root}.a`)),
        ];
        await startLinked(setup, links);
        await startLinked(setup, links);
        // Both processes have subscribed once one message comes twice.
        let probes = 0;
        await expect
          .poll(async () => {
            const before = `probe ${probes++}`;
            await publish(`${root}.a`, `probe ${probes}`);
            return other.texts.filter((text) => text === before).length;
          })
          .toBe(2);
        const texts = Array.from({ length: 20 }, (_, job) => String(job));
        for (const text of texts) await publish(`${root}.a`, text);
        const jobs = (component: HandlingComponent) =>
          component.texts.filter((text) => texts.includes(text)).toSorted();
        await expect.poll(() => jobs(other)).toEqual([...texts, ...texts].toSorted());
        await expect.poll(() => jobs(worker)).toEqual(texts.toSorted());
      });

      claim(
        'can not be published to what is no subject',
        async () => {
          await start(`${root}.a`);
          for (const subject of ['', `${root}.*`, `${root}.>`, `${root}.\r\nx`]) {
            expect(await asker().publish(message(subject, ''))).toMatchObject({ tag: 'err' });
            expect(await asker().request(subject, bytes(''), 1_000)).toMatchObject({ tag: 'err' });
          }
        },
        'any-subject',
      );
    });

    describe('a request', () => {
      claim('has the answer that the handler publishes to its reply subject', async () => {
        await start(`${root}.a`);
        answer();
        const reply = okOf(await asker().request(`${root}.a`, bytes('ping'), 20_000));
        expect(Buffer.from(reply.body).toString()).toBe('ping!');
      });

      claim('has its own answer, not that of another', async () => {
        await start(`${root}.a`);
        answer();
        const texts = Array.from({ length: 10 }, (_, index) => String(index));
        const replies = await Promise.all(
          texts.map((text) => asker().request(`${root}.a`, bytes(text), 20_000)),
        );
        expect(replies.map((reply) => Buffer.from(okOf(reply).body).toString())).toEqual(
          texts.map((text) => `${text}!`),
        );
      });

      claim('may be made by publishing with a subject for the reply', async () => {
        const other = await HandlingComponent.serve(setup, 'other', scope);
        await startLinked(setup, [
          publishLinkOf(setup, 'asker'),
          publishLinkOf(setup, 'worker'),
          handlingLinkOf(setup, 'worker', setup.subscribeConfig(`${root}.a`)),
          handlingLinkOf(setup, 'other', setup.subscribeConfig(`${root}.back`)),
        ]);
        answer();
        okOf(await asker().publish(message(`${root}.a`, 'ping', `${root}.back`)));
        await other.hasHandled(['ping!'], patience());
      });

      claim('fails at once when nobody listens', async () => {
        await start(`${root}.a`);
        // The call itself ends earlier: what waits for its time has no result then.
        expect(await asker().request(`${root}.nobody`, bytes(''), 600_000)).toMatchObject({ tag: 'err' });
      });

      claim('fails when nobody answers in time', async () => {
        await start(`${root}.a`);
        expect(await asker().request(`${root}.a`, bytes(''), 50)).toMatchObject({ tag: 'err' });
      });
    });

    describe('links', () => {
      claim(
        'are needed, and an error says so',
        async () => {
          await start(`${root}.a`);
          const calls = [consumerOf(setup, 'stranger'), consumerOf(setup, 'asker', 'missing')];
          for (const call of calls) {
            expect(await call.publish(message(`${root}.a`, ''))).toMatchObject({ tag: 'err' });
          }
        },
        'unlinked-break',
      );

      claim(
        'of one component each bring their own',
        async () => {
          await startLinked(setup, [
            publishLinkOf(setup, 'asker'),
            handlingLinkOf(setup, 'worker', setup.subscribeConfig(`${root}.a`), 'first'),
            handlingLinkOf(setup, 'worker', setup.subscribeConfig(`${root}.b`), 'second'),
          ]);
          await publish(`${root}.a`, 'a');
          await publish(`${root}.b`, 'b');
          await worker.hasHandled(['a', 'b'], patience('one-link'));
        },
        'one-link',
      );

      claim(
        'bring nothing any more when they are deleted, and something else when they are put again',
        async () => {
          const running = await start(`${root}.before`);
          answer();
          okOf(await asker().request(`${root}.before`, bytes('first'), 20_000));
          await running.provider.deleteLink(handlingLinkOf(setup, 'worker', {}));
          await expect
            .poll(async () => (await asker().request(`${root}.before`, bytes('deleted'), 1_000)).tag)
            .toBe('err');
          await running.provider.putLink(
            handlingLinkOf(setup, 'worker', setup.subscribeConfig(`${root}.after`)),
          );
          await expect
            .poll(async () => (await asker().request(`${root}.after`, bytes('second'), 1_000)).tag)
            .toBe('ok');
        },
      );
    });

    describe('a message that is kept until it is handled', () => {
      const startKeeping = async (): Promise<void> => {
        const links = [
          publishLinkOf(setup, 'asker'),
          handlingLinkOf(setup, 'worker', await setup.keepConfig(root)),
        ];
        await startLinked(setup, links);
      };

      claim(
        'is delivered again after a failure',
        async () => {
          await startKeeping();
          worker.handle = async () => (worker.messages.length < 2 ? err('not yet') : ok());
          await publish(root, 'twice');
          await worker.hasHandled(['twice', 'twice'], patience('nothing-kept'));
        },
        'nothing-kept',
      );

      claim(
        'is put aside after the last attempt, with the reason',
        async () => {
          await startKeeping();
          worker.handle = async (_, text) => (text === 'poison' ? err('no') : ok());
          await publish(root, 'poison');
          await publish(root, 'fine');
          await worker.hasHandled(['fine', 'poison', 'poison'], patience('nothing-kept'));
          expect(await setup.nextDeadLetter()).toEqual({ body: 'poison', reason: 'handler-error' });
        },
        'nothing-kept',
      );

      claim(
        'is delivered again by the next process when its provider ends',
        async () => {
          await startKeeping();
          const { promise: never, resolve } = Promise.withResolvers<void>();
          worker.handle = async () => {
            await never;
            return ok();
          };
          await publish(root, 'unfinished');
          await worker.hasHandled(['unfinished'], patience('nothing-kept'));
          await setup.harness.stopAll();
          worker.handle = async () => ok();
          await startKeeping();
          await worker.hasHandled(['unfinished', 'unfinished'], patience('nothing-kept'));
          resolve();
        },
        'nothing-kept',
      );
    });
  });

  /** A claim that will fail need not wait for long. */
  function patience(difference?: MessagingDifference): { readonly timeout: number } {
    return { timeout: difference !== undefined && differences.includes(difference) ? 2_000 : 30_000 };
  }
}
