import type { Command } from '../command.ts';
import { inspectNetwork } from '../inspect-network.ts';
import { printDocuments } from '../print-documents.ts';

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
    printDocuments({ args, options, terminal }, (reference) => inspectNetwork(engine.findNetwork(reference))),
};
