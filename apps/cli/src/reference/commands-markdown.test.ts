import { expect, it } from 'vitest';
import { createProgram } from '../program.js';
import { createTestIo } from '../testing/test-io.js';
import { commandsMarkdown } from './commands-markdown.js';

it('docs/reference/commands.md is what the commands say of themselves', async () => {
  const program = createProgram(createTestIo(), () => {});
  await expect(commandsMarkdown(program)).toMatchFileSnapshot('../../../../docs/reference/commands.md');
});
