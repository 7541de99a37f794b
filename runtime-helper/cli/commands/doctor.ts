import type { Command } from '../command.ts';
import type { Finding } from '../../engine/index.ts';
import { formatValue } from '../format.ts';
import { inEnglish } from '../../lib/phrase.ts';
import { cleanText } from '../text.ts';

export const doctor: Command = {
  name: 'doctor',
  usage: '[OPTIONS]',
  summary: 'Check what this machine offers to containers, and say how to mend what is missing',
  options: { format: { type: 'text', short: 'f', help: "Format output: 'json' or a Go template" } },
  args: { least: 0, most: 0 },
  privileged: true,
  run: async ({ engine, operation, options, terminal }) => {
    const findings = (await engine.examine(operation)).map(spelledOut);
    const format = options.text('format');
    if (format === undefined) terminal.stdout(findings.map(describe).join(''));
    else terminal.stdout(`${formatValue(findings, format)}\n`);
    return findings.some(({ verdict }) => verdict === 'problem') ? 1 : 0;
  },
};

/** What scripts read has its texts in English. */
const spelledOut = ({ title, details, fix, ...rest }: Finding) => ({
  ...rest,
  title: inEnglish(title),
  detail: details.map(inEnglish).join('; '),
  ...(fix === undefined ? {} : { fix: inEnglish(fix) }),
});

const marks = { good: '✔', warning: '!', problem: '✘' };

function describe({ title, verdict, detail, fix }: ReturnType<typeof spelledOut>): string {
  const line = `${marks[verdict]} ${title}: ${cleanText(detail)}\n`;
  return fix === undefined ? line : `${line}    ${fix}\n`;
}
