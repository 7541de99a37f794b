import type { Engine } from '../../engine/index.ts';
import { SkiffError } from '../../lib/errors.ts';
import type { Command } from '../command.ts';
import { inspectNetwork } from '../inspect-network.ts';
import { printDocuments } from './inspect.ts';

export const networkInspect: Command = {
  name: 'network inspect',
  usage: '[OPTIONS] NETWORK [NETWORK...]',
  summary: 'Display detailed information on one or more networks',
  options: {
    format: { type: 'text', short: 'f', help: "Format output: 'json' or a Go template" },
    verbose: { type: 'flag', short: 'v', help: 'Verbose output for diagnostics' },
  },
  args: { least: 1 },
  run: async ({ args, engine, options, terminal }) =>
    printDocuments({ args, options, terminal }, (reference) => findNetwork(engine, reference), 'network'),
};

function findNetwork(engine: Engine, reference: string): object | undefined {
  try {
    return inspectNetwork(engine.findNetwork(reference));
  } catch (error) {
    if (error instanceof SkiffError && error.code === 'not-found') return undefined;
    throw error;
  }
}
