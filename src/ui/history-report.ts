import type { ImageStep } from '../../runtime-helper/protocol/types.ts';
import { shorten } from '../model/clean-text.ts';
import { describeDuration } from '../model/durations.ts';
import { describeSize } from '../model/sizes.ts';
import { tableRow } from './markdown-table.ts';
import { markdownCode, plainMarkdown } from './plain-text.ts';
import { t } from '../model/l10n.ts';

/** An image's history as Markdown, newest step first as `skiff history` lists it. */
export function historyReport(name: string, steps: readonly ImageStep[], now: number): string {
  const rows = steps.map(({ createdAt, createdBy, comment, size }) => {
    const age = createdAt === undefined ? '' : t('{0} ago', describeDuration(now - Date.parse(createdAt)));
    const cells = [age, describeSize(size), markdownCode(shorten(createdBy, 400)), plainMarkdown(comment)];
    return tableRow(cells);
  });
  return [
    `# ${plainMarkdown(name)}`,
    '',
    t('| Created | Size | By | Comment |'),
    '|---|--:|---|---|',
    ...rows,
    '',
  ].join('\n');
}
