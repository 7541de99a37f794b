import type { Finding } from '../../runtime-helper/protocol/types.ts';
import { cleanLine } from '../model/clean-text.ts';
import { plainMarkdown } from './plain-text.ts';
import { t } from '../model/l10n.ts';

const verdicts = { good: '✓', warning: '⚠', problem: '✗' };

/** The report as Markdown: what needs a person first, then all that is well. */
export function doctorReport(findings: readonly Finding[]): string {
  const troubles = findings.filter(({ verdict }) => verdict !== 'good');
  const rows = findings.map(
    ({ title, verdict, detail }) => `| ${verdicts[verdict]} | ${plainMarkdown(title)} | ${plainMarkdown(detail)} |`,
  );
  return [
    `# ${t('Skiff Doctor')}`,
    '',
    troubles.length === 0 ? t('This machine has all that containers need.') : `## ${t('What to do')}`,
    '',
    ...troubles.flatMap(({ title, detail, fix }) => [
      `- **${plainMarkdown(title)}**: ${plainMarkdown(detail)}`,
      ...(fix === undefined ? [] : ['', `  ${cleanLine(fix)}`]),
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
