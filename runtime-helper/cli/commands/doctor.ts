import type { Command } from '../command.ts';
import type { Finding } from '../../engine/index.ts';
import { formatValue } from '../format.ts';
import { cleanText } from '../text.ts';

export const doctor: Command = {
  name: 'doctor',
  usage: '[OPTIONS]',
  summary: 'Check what this machine offers to containers, and say how to mend what is missing',
  options: { format: { type: 'text', short: 'f', help: "Format output: 'json' or a Go template" } },
  args: { least: 0, most: 0 },
  privileged: true,
  run: async ({ engine, operation, options, terminal }) => {
    const findings = await engine.examine(operation);
    const format = options.text('format');
    if (format === undefined) terminal.stdout(findings.map(describe).join(''));
    else terminal.stdout(`${formatValue(findings, format)}\n`);
    return findings.some(({ verdict }) => verdict === 'problem') ? 1 : 0;
  },
};

const marks = { good: '✔', warning: '!', problem: '✘' };

function describe({ title, verdict, detail, fix }: Finding): string {
  const line = `${marks[verdict]} ${title}: ${cleanText(detail)}\n`;
  return fix === undefined ? line : `${line}    ${fix}\n`;
}
