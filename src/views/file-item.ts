import { MarkdownString, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, Uri } from 'vscode';
import type { FileInfo } from '../../runtime-helper/protocol/types.ts';
import { cleanLine } from '../model/clean-text.ts';
import { filePlace } from '../model/file-places.ts';
import { modeWords } from '../model/file-words.ts';
import type { ChangeNode, FileNode } from '../model/nodes.ts';
import { describeSize } from '../model/sizes.ts';
import { markdownCode, plainMarkdown } from '../ui/plain-text.ts';
import { t } from '../model/l10n.ts';

const { Collapsed, None } = TreeItemCollapsibleState;

/** A file or folder of a container as a row, with the icon that the icon theme has for its name. */
export function fileItem(node: FileNode): TreeItem {
  const { container, path, file } = node;
  const isFolder = file.kind === 'directory';
  const item = new TreeItem(cleanLine(file.name), isFolder ? Collapsed : None);
  item.id = `${container}:file:${path}`;
  item.resourceUri = Uri.from(filePlace(container, path));
  item.iconPath = iconOf(file);
  item.description = file.link === undefined ? '' : `→ ${cleanLine(file.link)}`;
  item.contextValue = `${isFolder ? 'folder' : file.kind === 'file' ? 'file' : 'file-odd'}${file.link === undefined ? '' : '-link'}`;
  // A click on a folder selects, as in the list of containers.
  item.command =
    file.kind === 'file'
      ? { command: 'skiff.file.open', title: t('Open'), arguments: [node] }
      : { command: 'noop', title: '' };
  item.accessibilityInformation = { label: spoken(file) };
  return item;
}

export function fileTooltip({ path, file }: FileNode): MarkdownString {
  const facts = [
    modeWords(file),
    t('owner {0}:{1}', file.uid, file.gid),
    ...(file.kind === 'file' ? [describeSize(file.size)] : []),
    new Date(file.modified).toLocaleString(),
  ];
  const link = file.link === undefined ? '' : `\n\n→ ${markdownCode(file.link)}`;
  return new MarkdownString(`${markdownCode(path)}${link}\n\n${facts.map(plainMarkdown).join(' · ')}`);
}

const kinds = {
  A: ['diff-added', 'gitDecoration.addedResourceForeground', t('Added')],
  C: ['diff-modified', 'gitDecoration.modifiedResourceForeground', t('Changed')],
  D: ['diff-removed', 'gitDecoration.deletedResourceForeground', t('Deleted')],
} as const;

/** What a container has changed of its image, as a row. */
export function changeItem(node: ChangeNode): TreeItem {
  const { container, change } = node;
  const [icon, color, word] = kinds[change.kind];
  const leads = change.below.length > 0;
  const item = new TreeItem(cleanLine(change.label), leads ? TreeItemCollapsibleState.Expanded : None);
  item.id = `${container}:change:${change.path}`;
  item.iconPath = leads && change.kind === 'C' ? ThemeIcon.Folder : new ThemeIcon(icon, new ThemeColor(color));
  item.description = leads && change.kind === 'C' ? '' : word;
  item.contextValue = leads ? 'change-folder' : 'change';
  item.command = leads
    ? { command: 'noop', title: '' }
    : { command: 'skiff.change.compare', title: t('Compare with Image'), arguments: [node] };
  item.accessibilityInformation = { label: `${cleanLine(change.path)}, ${word}` };
  return item;
}

function iconOf({ kind, link }: FileInfo): ThemeIcon {
  switch (kind) {
    case 'directory':
      return link === undefined ? ThemeIcon.Folder : new ThemeIcon('file-symlink-directory');
    case 'file':
      return link === undefined ? ThemeIcon.File : new ThemeIcon('file-symlink-file');
    case 'broken':
      return new ThemeIcon('file-symlink-file', new ThemeColor('disabledForeground'));
    case 'other':
      return new ThemeIcon('plug');
  }
}

function spoken({ kind, name, link }: FileInfo): string {
  const clean = cleanLine(name);
  const words = {
    directory: t('Folder {0}', clean),
    file: t('File {0}', clean),
    broken: t('File {0}', clean),
    other: t('Device or pipe {0}', clean),
  };
  if (link === undefined) return words[kind];
  return kind === 'broken'
    ? t('{0}, a link that leads nowhere', words[kind])
    : t('{0}, a link to {1}', words[kind], cleanLine(link));
}
