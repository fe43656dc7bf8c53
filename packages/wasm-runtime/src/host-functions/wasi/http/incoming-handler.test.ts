import { describe, expect, it } from 'vitest';
import type { ComponentTypes } from '../../../engines/engine.js';
import { incomingHandlerExport } from './incoming-handler.js';

describe('the export to call', () => {
  const typesWith = (...ids: string[]): ComponentTypes => ({
    imports: [],
    exports: ids.map((id) => ({ id, functions: [], resources: [] })),
    importedFunctions: [],
    exportedFunctions: [],
  });

  it('is the incoming handler of any 0.2 release', () => {
    expect(incomingHandlerExport(typesWith('wasi:cli/run@0.2.0', 'wasi:http/incoming-handler@0.2.10'))).toBe(
      'wasi:http/incoming-handler@0.2.10',
    );
  });

  it('is the handler of any 0.3 release, rather than one of 0.2', () => {
    expect(incomingHandlerExport(typesWith('wasi:http/handler@0.3.2'))).toBe('wasi:http/handler@0.3.2');
    expect(
      incomingHandlerExport(typesWith('wasi:http/incoming-handler@0.2.10', 'wasi:http/handler@0.3.0')),
    ).toBe('wasi:http/handler@0.3.0');
  });

  it('is missing in a component without one', () => {
    expect(incomingHandlerExport(typesWith('wasi:http/handler@0.4.0'))).toBeUndefined();
  });
});
