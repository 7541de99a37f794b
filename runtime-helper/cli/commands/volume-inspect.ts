import type { Command } from '../command.ts';
import { printFailure } from '../failure.ts';
import { formatValue } from '../format.ts';
import { inspectVolume } from '../volume-documents.ts';
import { asSkiffError, type SkiffError } from '../../lib/errors.ts';
import { toJson } from './inspect.ts';

export const volumeInspect: Command = {
  name: 'volume inspect',
  usage: '[OPTIONS] VOLUME [VOLUME...]',
  summary: 'Display detailed information on one or more volumes',
  options: { format: { type: 'text', short: 'f', help: "Format output: 'json' or a Go template" } },
  args: { least: 1 },
  run: async ({ args, engine, options, terminal }) => {
    const documents: object[] = [];
    const failures: SkiffError[] = [];
    for (const name of args) {
      try {
        documents.push(inspectVolume(engine.findVolume(name)));
      } catch (error) {
        failures.push(asSkiffError(error));
      }
    }
    const format = options.text('format');
    if (format === undefined) terminal.stdout(`${toJson(documents)}\n`);
    else if (format === 'json') terminal.stdout(`${JSON.stringify(documents)}\n`);
    else for (const document of documents) terminal.stdout(`${formatValue(document, format)}\n`);
    for (const failure of failures) printFailure(terminal, failure);
    return failures.length > 0 ? 1 : 0;
  },
};
