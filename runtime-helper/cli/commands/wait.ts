import type { WaitCondition } from '../../engine/index.ts';
import { asSkiffError } from '../../lib/errors.ts';
import type { Command } from '../command.ts';
import { printFailure } from '../failure.ts';
import { UsageError } from '../usage-error.ts';

const conditions = ['not-running', 'next-exit', 'removed'] as const;

export const wait: Command = {
  name: 'wait',
  usage: 'CONTAINER [CONTAINER...]',
  summary: 'Block until one or more containers stop, then print their exit codes',
  options: {
    condition: { type: 'text', help: 'What to wait for: not-running, next-exit or removed (default not-running)' },
  },
  args: { least: 1 },
  run: async ({ args, engine, operation, options, terminal }) => {
    const condition = parseCondition(options.text('condition'));
    let code = 0;
    for (const reference of args) {
      try {
        const { id } = engine.findContainer(reference);
        terminal.stdout(`${await engine.waitContainer(id, operation, condition)}\n`);
      } catch (error) {
        operation.signal.throwIfAborted();
        printFailure(terminal, asSkiffError(error));
        code = 1;
      }
    }
    return code;
  },
};

function parseCondition(text: string | undefined): WaitCondition {
  const condition = text === undefined ? 'not-running' : conditions.find((one) => one === text);
  if (condition === undefined) throw new UsageError(`invalid condition: "${text}"`, 1);
  return condition;
}
