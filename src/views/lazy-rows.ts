import type { ContainerSummary, FileInfo } from '../../runtime-helper/protocol/types.ts';
import { changeTree, type ChangeTree } from '../model/change-tree.ts';
import type { FileEvent } from '../model/file-news.ts';
import { folderOf, isWithin, pathIn } from '../model/file-places.ts';
import type { ChangeNode, FileNode, PartNode } from '../model/nodes.ts';
import type { Containers } from '../model/containers.ts';
import { wordsFor } from '../ui/error-words.ts';
import type { ContainerLooks } from './container-looks.ts';
import { t } from '../model/l10n.ts';

export type FileRow = FileNode | ChangeNode | PartNode;

/** What was listed: a folder by its path, or one of the headings over what has no path. */
export type Place = `/${string}` | 'changes' | 'processes';

/**
 * The rows below the headings Processes, Files and Changes. They are asked for when they are opened, and kept until they are closed,
 * listed anew or said to have changed: VS Code asks again with every redraw of the container's row, as with each second of its age.
 */
export class LazyRows {
  readonly #looks: ContainerLooks;
  readonly #containers: Containers;
  readonly #opened: (container: string) => void;
  /** What is open: containers, and of each the places with their rows. */
  readonly #places = new Map<string, Map<Place, Promise<FileRow[]>>>();
  /** Rows that VS Code has asked for. */
  readonly #asked = new WeakSet<Promise<FileRow[]>>();
  /** One object a row, since VS Code knows rows by identity: the last that it was given. */
  readonly #nodes = new Map<string, Map<string, FileNode>>();
  /** The life of a container that its rows are of. */
  readonly #lives = new Map<string, string>();

  /** `opened`: told when other folders of a container are open than before. */
  constructor(looks: ContainerLooks, containers: Containers, opened: (container: string) => void) {
    this.#opened = opened;
    this.#looks = looks;
    this.#containers = containers;
  }

  /** Paths of the folders of a container that are open. */
  openFolders(container: string): string[] {
    return [...(this.#places.get(container)?.keys() ?? [])].filter(isFolder);
  }

  below(row: FileRow): FileRow[] | Promise<FileRow[]> {
    if (row.kind === 'change') return row.change.below.map((below) => changeNode(row.container, below));
    const place = placeOf(row);
    if (place === undefined) return [];
    const { container } = row;
    this.#forgetFormerLife(container);
    const known = this.#places.get(container)?.get(place);
    const rows = known ?? this.#renew(container, place);
    this.#asked.add(rows);
    if (!known && isFolder(place)) this.#opened(container);
    return rows;
  }

  /** What is open of a container and was listed anew, and not asked for since. */
  notAsked(container: string): Place[] {
    const places = [...(this.#places.get(container) ?? [])];
    return places.filter(([, rows]) => !this.#asked.has(rows)).map(([place]) => place);
  }

  fileAt(container: string, path: string): FileNode | undefined {
    return this.#nodes.get(container)?.get(path);
  }

  /**
   * After something has happened to files of a container: lists its folders anew, before they are drawn. While VS Code waits for rows, it does
   * not know those that are on the screen.
   */
  async take(container: string, events: readonly FileEvent[]): Promise<void> {
    for (const { kind, path } of events) if (kind === 'deleted') this.close(container, asFolder(path));
    const places = new Set(events.map(({ kind, path }) => asFolder(kind === 'changed' ? path : folderOf(path))));
    await Promise.all([...places].map((place) => this.renew(container, place)));
  }

  /** Lists it anew if it is open. */
  async renew(container: string, place: Place): Promise<void> {
    if (this.#places.get(container)?.has(place)) await this.#renew(container, place);
  }

  /** Lists it, and what is open below it, anew. Whether there was any. */
  async renewAll(container: string, place: Place): Promise<boolean> {
    const open = this.#openWithin(container, place);
    await Promise.all(open.map((one) => this.#renew(container, one)));
    return open.length > 0;
  }

  /** It and what is below it is listed anew when it is opened again. */
  close(container: string, place: Place): void {
    const places = this.#places.get(container);
    for (const open of this.#openWithin(container, place)) places?.delete(open);
    if (places?.size === 0) this.#places.delete(container);
    if (isFolder(place)) this.#opened(container);
  }

  closeContainer(container: string): void {
    if (this.#places.delete(container)) this.#opened(container);
    this.#nodes.delete(container);
    this.#lives.delete(container);
  }

  closeAll(): void {
    for (const container of this.#lives.keys()) this.closeContainer(container);
  }

  #openWithin(container: string, place: Place): Place[] {
    const open = [...(this.#places.get(container)?.keys() ?? [])];
    return open.filter((one) => one === place || (isFolder(one) && isWithin(one, place)));
  }

  /** With a start or an end other files are in sight: those of volumes, or of a memory file system. */
  #forgetFormerLife(container: string): void {
    const life = lifeOf(this.#containers.get(container));
    if (this.#lives.get(container) !== life) this.closeContainer(container);
    this.#lives.set(container, life);
  }

  #renew(container: string, place: Place): Promise<FileRow[]> {
    const rows = this.#list(container, place);
    of(this.#places, container).set(place, rows);
    return rows;
  }

  /** What could not be listed is told in a row, and asked for again the next time. */
  async #list(container: string, place: Place): Promise<FileRow[]> {
    try {
      if (place === 'changes') return await this.#listChanges(container);
      if (place === 'processes') return await this.#listProcesses(container);
      return await this.#listFiles(container, place);
    } catch (error) {
      this.#places.get(container)?.delete(place);
      return [
        { kind: 'part', container, part: 'note', text: wordsFor(error, attemptAt(place))?.message ?? String(error) },
      ];
    }
  }

  async #listFiles(container: string, folder: string): Promise<FileRow[]> {
    const files = await this.#looks.files(container, folder);
    const nodes = of(this.#nodes, container);
    for (const path of [...nodes.keys()]) if (folderOf(path) === folder) nodes.delete(path);
    const rows = files.toSorted(foldersFirst).map((file): FileNode => {
      const path = pathIn(folder, file.name);
      return { kind: 'file', container, path, file };
    });
    for (const row of rows) nodes.set(row.path, row);
    return rows;
  }

  async #listProcesses(container: string): Promise<FileRow[]> {
    const processes = await this.#looks.processes(container);
    return processes.map((one): PartNode => ({ kind: 'part', container, part: 'process', ...one }));
  }

  async #listChanges(container: string): Promise<FileRow[]> {
    const changes = changeTree(await this.#looks.changes(container));
    if (changes.length > 0) return changes.map((change) => changeNode(container, change));
    return [{ kind: 'part', container, part: 'note', text: t('Nothing was changed.') }];
  }
}

/** Where a row's own rows are listed; undefined: it has none. */
export function placeOf(row: FileRow): Place | undefined {
  if (row.kind === 'file') return asFolder(row.path);
  if (row.kind === 'change') return undefined;
  if (row.part === 'files') return '/';
  return row.part === 'changes' || row.part === 'processes' ? row.part : undefined;
}

const isFolder = (place: Place): place is `/${string}` => place.startsWith('/');
/** Paths begin at the container's root. */
export const asFolder = (path: string): Place => path as `/${string}`;

function attemptAt(place: Place): string {
  if (place === 'changes') return t('read the changes');
  return place === 'processes' ? t('list the processes') : t('list the files');
}

function of<Value>(maps: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  let map = maps.get(key);
  if (!map) maps.set(key, (map = new Map<string, Value>()));
  return map;
}

function foldersFirst(a: FileInfo, b: FileInfo): number {
  const order = (file: FileInfo): number => (file.kind === 'directory' ? 0 : 1);
  return order(a) - order(b) || a.name.localeCompare(b.name, 'en', { numeric: true });
}

const changeNode = (container: string, change: ChangeTree): ChangeNode => ({ kind: 'change', container, change });

function lifeOf(container: ContainerSummary | undefined): string {
  const state = container?.state;
  return state && 'startedAt' in state
    ? `${state.status === 'paused' ? 'running' : state.status} ${state.startedAt}`
    : (state?.status ?? '');
}
