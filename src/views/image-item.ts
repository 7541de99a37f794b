import { MarkdownString, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { ContainerSummary, ImageSummary } from '../../runtime-helper/protocol/types.ts';
import { cleanLine } from '../model/clean-text.ts';
import { displayName } from '../model/container-words.ts';
import { describeDuration } from '../model/durations.ts';
import { describeImage, displayReference, displayTag, shortImageId } from '../model/image-words.ts';
import type { Repository } from '../model/images.ts';
import type { ImageNode } from '../model/nodes.ts';
import { describeSize } from '../model/sizes.ts';
import { factsTable } from '../ui/markdown-table.ts';
import { markdownCode, plainMarkdown } from '../ui/plain-text.ts';
import { t } from '../model/l10n.ts';

export function repositoryItem({ name, images }: Repository): TreeItem {
  const item = new TreeItem(cleanLine(name), TreeItemCollapsibleState.Expanded);
  item.id = `repository:${name}`;
  item.iconPath = new ThemeIcon('repo');
  item.contextValue = 'repository';
  if (images.length > 1) item.description = t('{0} tags', images.length);
  return item;
}

export function imageItem(
  node: ImageNode,
  image: ImageSummary,
  users: readonly ContainerSummary[],
  now: number,
): TreeItem {
  const item = new TreeItem(displayTag(node));
  item.id = `image:${node.reference}`;
  item.description = describeImage(image, users, now);
  item.iconPath = new ThemeIcon(node.reference === node.id ? 'circle-slash' : 'tag');
  item.contextValue = node.reference === node.id ? 'image-unnamed' : 'image';
  item.accessibilityInformation = { label: t('Image {0}, {1}', displayReference(node), item.description) };
  return item;
}

export function imageTooltip(
  node: ImageNode,
  image: ImageSummary,
  users: readonly ContainerSummary[],
  now: number,
): MarkdownString {
  const rows: [string, string][] = [
    ['ID', markdownCode(shortImageId(image.id))],
    [t('Size'), plainMarkdown(describeSize(image.size))],
  ];
  if (image.createdAt !== undefined)
    rows.push([t('Created'), t('{0} ago', describeDuration(now - Date.parse(image.createdAt)))]);
  if (image.references.length > 1)
    rows.push([t('Names'), image.references.map((name) => markdownCode(name)).join(', ')]);
  if (users.length > 0) rows.push([t('Used by'), users.map((user) => plainMarkdown(displayName(user))).join(', ')]);
  return new MarkdownString(factsTable(displayReference(node), rows));
}
