import { Argument, type Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { bashScript } from '../completion/bash-script.js';
import { completionTable } from '../completion/completion-table.js';
import { fishScript } from '../completion/fish-script.js';
import { zshScript } from '../completion/zsh-script.js';

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export function addCompletion(program: Command, io: CliIo): void {
  program
    .command('completion')
    .alias('completions')
    .description('Print what a shell needs to complete command lines: source <(wasmlattice completion bash)')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(scripts)))
    .action((shell: keyof typeof scripts) => io.out(scripts[shell](completionTable(program))));
}
