import { describe, expect, it } from 'vitest';
import { destinationOf, filterOf, replySubjectOf, subjectOf, topicOf } from './topics.js';

describe('a subject with dots', () => {
  it.each([
    ['orders.new', 'orders/new'],
    ['plant.1/5.temp', 'plant/1.5/temp'],
    ['.leading', '/leading'],
    ['a..b', 'a//b'],
    ['$SYS.broker', '$SYS/broker'],
  ])('%s is the topic %s, and the other way round', (subject, topic) => {
    expect(topicOf(subject, 'dots')).toBe(topic);
    expect(subjectOf(topic, 'dots')).toBe(subject);
  });

  it.each(['', 'a.*', '>', 'a+b', 'a.#', 'a\0b', 'a\nb', '\ud800', 'x'.repeat(70_000)])(
    '%j can not be published to',
    (subject) => {
      expect(topicOf(subject, 'dots')).toBeUndefined();
    },
  );

  it.each([
    ['orders.*', 'orders/+'],
    ['orders.>', 'orders/#'],
    ['>', '#'],
    ['*.a.*', '+/a/+'],
    ['a*.b', 'a*/b'],
  ])('%s subscribes to %s', (subject, filter) => {
    expect(filterOf(subject, 'dots')).toBe(filter);
  });

  it.each(['', 'a.>.b', 'a.+', '#', 'a#'])('%j can not be subscribed to', (subject) => {
    expect(filterOf(subject, 'dots')).toBeUndefined();
  });
});

describe('a subject that is a topic', () => {
  it('stays as it is', () => {
    expect(topicOf('plant/1.5/*', 'topics')).toBe('plant/1.5/*');
    expect(subjectOf('plant/1.5/*', 'topics')).toBe('plant/1.5/*');
    expect(filterOf('plant/+/#', 'topics')).toBe('plant/+/#');
  });

  it.each(['a/+', '#'])('%s can only be subscribed to', (subject) => {
    expect(topicOf(subject, 'topics')).toBeUndefined();
    expect(filterOf(subject, 'topics')).toBe(subject);
  });

  it.each(['a/#/b', 'a+', 'a/b#'])('%s is none', (subject) => {
    expect(filterOf(subject, 'topics')).toBeUndefined();
  });
});

describe('a reply subject', () => {
  it.each([undefined, Uint8Array.of(), Uint8Array.of(0, 255, 35, 46)])(
    'keeps the correlation data %j',
    (correlation) => {
      const subject = replySubjectOf({ topic: 'replies/1.2', correlation }, 'dots');
      const back = destinationOf(subject, 'dots');
      expect(back?.topic).toBe('replies/1.2');
      expect(back?.correlation === undefined ? undefined : Uint8Array.from(back.correlation)).toEqual(
        correlation,
      );
    },
  );

  it.each(['a#b#c', 'a#!', '#a'])('%s is none', (subject) => {
    expect(destinationOf(subject, 'dots')).toBeUndefined();
  });
});
