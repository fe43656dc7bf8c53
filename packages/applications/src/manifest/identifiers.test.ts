import { describe, expect, it } from 'vitest';
import { configName, derivedId } from './identifiers.js';

describe('derived names follow the rule of wadm', () => {
  it.each([
    ['mymodel', 'echo-component', 'mymodel-echo_component'],
    ['some model name with spaces', 'echo', 'some_model_name_with_spaces-echo'],
    ['My ThInG', 'thing.wasm', 'my_thing-thing_wasm'],
    ['a', 'ü😀', 'a-__'],
  ])('%s, %s', (application, name, id) => {
    expect(derivedId(application, name)).toBe(id);
  });

  it('and configs without properties keep theirs', () => {
    expect(configName('My App', { name: 'db-url', properties: undefined })).toBe('db-url');
    expect(configName('My App', { name: 'db-url', properties: {} })).toBe('my_app-db_url');
  });
});
