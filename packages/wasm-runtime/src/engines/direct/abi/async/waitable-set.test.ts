import { describe, expect, it } from 'vitest';
import { eventCodes, subtaskStates } from './events.js';
import { Subtask } from './subtask.js';
import { WaitableSet } from './waitable-set.js';

function subtask(index: number): Subtask {
  const created = new Subtask('f');
  created.index = index;
  return created;
}

describe('a waitable set', () => {
  it('gives events in the order in which they came', () => {
    const set = new WaitableSet();
    const [first, second] = [subtask(1), subtask(2)];
    for (const each of [first, second]) each.join(set);
    second.state = subtaskStates.started;
    second.progress();
    first.progress();
    expect(set.takePendingEvent()).toEqual({
      code: eventCodes.subtask,
      index: 2,
      payload: subtaskStates.started,
    });
    expect(set.takePendingEvent()).toMatchObject({ index: 1, payload: subtaskStates.starting });
    expect(set.hasPendingEvent).toBe(false);
    expect(set.takePendingEvent()).toMatchObject({ code: eventCodes.none });
  });

  it('gives an event as it is when it is taken', () => {
    const set = new WaitableSet();
    const task = subtask(1);
    task.join(set);
    task.progress();
    task.state = subtaskStates.returned;
    expect(set.takePendingEvent().payload).toBe(subtaskStates.returned);
    expect(task.isDelivered).toBe(true);
  });

  it('has the events of what joins it, and none of what leaves', () => {
    const [set, other] = [new WaitableSet(), new WaitableSet()];
    const task = subtask(1);
    task.progress();
    task.join(set);
    expect(set.hasPendingEvent).toBe(true);
    task.join(other);
    expect([set.hasPendingEvent, other.hasPendingEvent]).toEqual([false, true]);
    task.join(undefined);
    expect(other.size).toBe(0);
  });

  it('is not dropped while anything is in it or waits for it', () => {
    const set = new WaitableSet();
    const task = subtask(1);
    task.join(set);
    expect(() => set.drop('waitable-set.drop')).toThrow(/has 1 waitables/);
    task.join(undefined);
    set.waiting++;
    expect(() => set.drop('waitable-set.drop')).toThrow(/a task waits/);
  });
});

describe('a subtask', () => {
  it('gives back what was lent for it when the guest learns of its end', () => {
    const lent = { lends: 1 };
    const task = subtask(1);
    task.lend([lent]);
    expect(() => task.drop('subtask.drop')).toThrow(/has not come to its end/);
    task.state = subtaskStates.returned;
    task.progress();
    expect(lent.lends).toBe(1);
    task.takePendingEvent();
    expect(lent.lends).toBe(0);
    task.drop('subtask.drop');
  });
});
