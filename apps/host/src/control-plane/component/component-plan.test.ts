import type { ScaleComponentCommand } from '@wasmlattice/control-interface';
import { describe, expect, it } from 'vitest';
import { type ComponentSettings, planScale, planStart, planUpdate } from './component-plan.js';

const current: ComponentSettings = {
  imageRef: 'file:///one.wasm',
  maxInstances: 4,
  annotations: { app: 'demo' },
  limits: { maxExecutionTime: 2 },
  configNames: ['one', 'two'],
};

/** A command that wants `current`, but for the changes. */
function scale(changes: Partial<ScaleComponentCommand> = {}): ScaleComponentCommand {
  return {
    componentId: 'counter',
    componentRef: current.imageRef,
    maxInstances: current.maxInstances,
    annotations: current.annotations,
    hostId: '',
    config: current.configNames,
    allowUpdate: false,
    ...changes,
  };
}

describe('of a component that does not run, a scale command', () => {
  it('asks for a start with all that it says', () => {
    const componentLimits = { maxMemoryLimit: 65_536 };
    expect(planStart(scale({ componentLimits }))).toEqual({
      step: 'start',
      settings: { ...current, limits: componentLimits },
    });
  });

  it('to 0 asks for nothing', () => {
    expect(planStart(scale({ maxInstances: 0 }))).toEqual({ step: 'nothing' });
  });
});

describe('of a component that runs, a scale command', () => {
  it('asks for nothing when it wants what there is', () => {
    expect(planScale(current, scale())).toEqual({ step: 'nothing' });
    expect(planScale(current, scale({ componentLimits: { maxExecutionTime: 2 } }))).toEqual({
      step: 'nothing',
    });
  });

  it('with other annotations alone asks for nothing', () => {
    expect(planScale(current, scale({ annotations: { app: 'other' } }))).toEqual({ step: 'nothing' });
  });

  it('to 0 asks for a stop, whatever else it wants', () => {
    const command = scale({ maxInstances: 0, config: [], componentLimits: { maxExecutionTime: 9 } });
    expect(planScale(current, command)).toEqual({ step: 'stop' });
  });

  it('to another number rescales, and takes the annotations over', () => {
    expect(planScale(current, scale({ maxInstances: 9, annotations: { app: 'other' } }))).toEqual({
      step: 'rescale',
      settings: { ...current, maxInstances: 9, annotations: { app: 'other' } },
    });
  });

  it.each([
    { what: 'fewer', config: ['one'] },
    { what: 'other', config: ['one', 'three'] },
    { what: 'more', config: ['one', 'two', 'three'] },
    { what: 'the same in another order of', config: ['two', 'one'] },
  ])('with $what configs rescales', ({ config }) => {
    expect(planScale(current, scale({ config }))).toEqual({
      step: 'rescale',
      settings: { ...current, configNames: config },
    });
  });

  it.each([
    { what: 'another limit', componentLimits: { maxExecutionTime: 3 } },
    { what: 'one more limit', componentLimits: { maxExecutionTime: 2, maxMemoryLimit: 65_536 } },
    { what: 'one limit instead of another', componentLimits: { maxMemoryLimit: 65_536 } },
    { what: 'no limit where there was one', componentLimits: {} },
  ])('with $what replaces the generation, with all else that it wants', ({ componentLimits }) => {
    const command = scale({ componentLimits, maxInstances: 9, annotations: {}, config: [] });
    expect(planScale(current, command)).toEqual({
      step: 'replace',
      settings: {
        imageRef: current.imageRef,
        maxInstances: 9,
        annotations: {},
        limits: componentLimits,
        configNames: [],
      },
    });
  });

  it('without limits keeps those there are', () => {
    expect(planScale(current, scale({ maxInstances: 9 }))).toMatchObject({
      step: 'rescale',
      settings: { limits: { maxExecutionTime: 2 } },
    });
  });

  it.each([false, true])('keeps the image, even if it names another (update allowed: %s)', (allowUpdate) => {
    const command = scale({ componentRef: 'file:///two.wasm', allowUpdate });
    expect(planScale(current, command)).toEqual({ step: 'nothing' });
    expect(planScale(current, { ...command, maxInstances: 9 })).toMatchObject({
      step: 'rescale',
      settings: { imageRef: current.imageRef },
    });
  });
});

describe('an update', () => {
  it('replaces the generation by one of the new image', () => {
    expect(planUpdate(current, 'file:///two.wasm', { app: 'other' })).toEqual({
      step: 'replace',
      settings: { ...current, imageRef: 'file:///two.wasm', annotations: { app: 'other' } },
    });
  });

  it('without annotations keeps those there are', () => {
    expect(planUpdate(current, 'file:///two.wasm', undefined).settings.annotations).toEqual({ app: 'demo' });
  });
});
