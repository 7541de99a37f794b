import type { Finding, Phrase } from '../../runtime-helper/protocol/index.ts';
import { cleanLine } from '../model/clean-text.ts';
import { tableRow } from './markdown-table.ts';
import { plainMarkdown } from './plain-text.ts';
import { t, translated } from '../model/l10n.ts';

const plain = (phrase: Phrase): string => plainMarkdown(translated(phrase));

const verdicts = { good: '✓', warning: '⚠', problem: '✗' };

/** The report as Markdown: what needs a person first, then all that is well. */
export function doctorReport(findings: readonly Finding[]): string {
  const troubles = findings.filter(({ verdict }) => verdict !== 'good');
  const rows = findings.map(({ title, verdict, details }) =>
    tableRow([verdicts[verdict], plain(title), details.map(plain).join('; ')]),
  );
  return [
    `# ${t('Skiff Doctor')}`,
    '',
    troubles.length === 0 ? t('This machine has all that containers need.') : `## ${t('What to do')}`,
    '',
    ...troubles.flatMap(({ title, details, fix }) => [
      `- **${plain(title)}**: ${details.map(plain).join('; ')}`,
      ...(fix === undefined ? [] : ['', `  ${cleanLine(translated(fix))}`]),
      '',
    ]),
    `## ${t('What was found')}`,
    '',
    '| | | |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
