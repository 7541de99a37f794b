import type { Command } from '../command.ts';
import { printDocuments } from '../print-documents.ts';
import { inspectVolume } from '../volume-documents.ts';

export const volumeInspect: Command = {
  name: 'volume inspect',
  usage: '[OPTIONS] VOLUME [VOLUME...]',
  summary: 'Display detailed information on one or more volumes',
  options: { format: { type: 'text', short: 'f', help: "Format output: 'json' or a Go template" } },
  args: { least: 1 },
  run: async ({ args, engine, options, terminal }) =>
    printDocuments({ args, options, terminal }, (name) => inspectVolume(engine.findVolume(name))),
};
