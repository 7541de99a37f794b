import { MarkdownString, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { ContainerSummary, ImageSummary } from '../../runtime-helper/protocol/types.ts';
import { cleanLine } from '../model/clean-text.ts';
import { displayName } from '../model/container-words.ts';
import { describeDuration } from '../model/durations.ts';
import { describeImage, displayReference, displayTag, shortImageId } from '../model/image-words.ts';
import type { Repository } from '../model/images.ts';
import type { ImageNode } from '../model/nodes.ts';
import { describeSize } from '../model/sizes.ts';
import { markdownCode, plainMarkdown } from '../ui/plain-text.ts';

export function repositoryItem({ name, images }: Repository): TreeItem {
  const item = new TreeItem(cleanLine(name), TreeItemCollapsibleState.Expanded);
  item.id = `repository:${name}`;
  item.iconPath = new ThemeIcon('repo');
  item.contextValue = 'repository';
  if (images.length > 1) item.description = `${images.length} tags`;
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
  item.accessibilityInformation = { label: `Image ${displayReference(node)}, ${item.description}` };
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
    ['Size', plainMarkdown(describeSize(image.size))],
  ];
  if (image.createdAt !== undefined)
    rows.push(['Created', `${describeDuration(now - Date.parse(image.createdAt))} ago`]);
  if (image.references.length > 1) rows.push(['Names', image.references.map((name) => markdownCode(name)).join(', ')]);
  if (users.length > 0) rows.push(['Used by', users.map((user) => plainMarkdown(displayName(user))).join(', ')]);
  const text = new MarkdownString(`**${plainMarkdown(displayReference(node))}**\n\n| | |\n|---|---|\n`);
  for (const [name, value] of rows) text.appendMarkdown(`| ${name} | ${value.replace(/(?<!\\)\|/g, '\\|')} |\n`);
  return text;
}
