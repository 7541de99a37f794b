import type { Command } from '../command.ts';
import { formatValue } from '../format.ts';
import { goArchitecture, version as number } from '../version.ts';

export const version: Command = {
  name: 'version',
  usage: '[OPTIONS]',
  summary: 'Show the Skiff version information',
  options: { format: { type: 'text', short: 'f', help: "Format output: 'json' or a Go template" } },
  args: { least: 0, most: 0 },
  run: async ({ engine, options, terminal }) => {
    const facts = {
      Version: number,
      NodeVersion: process.versions.node,
      Os: 'linux',
      Arch: goArchitecture,
      KernelVersion: engine.info().kernel,
    };
    const format = options.text('format');
    // Docker's two: here they are one program.
    if (format) terminal.stdout(`${formatValue({ Client: facts, Server: facts }, format)}\n`);
    else {
      const lines = Object.entries(facts).map(([name, value]) => ` ${`${name}:`.padEnd(16)}${value}\n`);
      terminal.stdout(`Skiff:\n${lines.join('')}`);
    }
    return 0;
  },
};
