import { realpath, stat } from 'node:fs/promises';
import { commands, Range, Uri, type TerminalLink } from 'vscode';
import type { Client } from '../../runtime-helper/client/client.ts';
import type { ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { fileMentions, onHost, type FileMention } from '../model/file-mentions.ts';
import { filePlace } from '../model/file-places.ts';
import { t } from '../model/l10n.ts';

type Link = TerminalLink & { open: () => PromiseLike<unknown> };
/** `place`: to be asked for when it is opened. */
type Found = { place: () => Promise<Uri>; tooltip: string };

/** A line is asked about anew whenever the pointer comes over it. */
const keptMs = 5000;

/** Makes paths in a container's terminal lead to the container's files, those that are there. */
export class FileLinks {
  readonly #client: Client;
  readonly #known = new Map<string, Promise<Found | undefined>>();

  constructor(client: Client) {
    this.#client = client;
  }

  async in(line: string, container: ContainerSummary): Promise<Link[]> {
    const links = fileMentions(line).map(async (mention): Promise<Link[]> => {
      const found = await this.#find(container, mention.path);
      return found
        ? [{ tooltip: found.tooltip, startIndex: mention.start, length: mention.length, open: opens(found, mention) }]
        : [];
    });
    return (await Promise.all(links)).flat();
  }

  #find(container: ContainerSummary, path: string): Promise<Found | undefined> {
    const key = `${container.id}${path}`;
    let found = this.#known.get(key);
    if (!found) {
      this.#known.set(key, (found = this.#look(container, path)));
      setTimeout(() => this.#known.delete(key), keptMs).unref();
    }
    return found;
  }

  async #look(container: ContainerSummary, path: string): Promise<Found | undefined> {
    const inside = Uri.from(filePlace(container.id, path));
    const own = await fileOfHost(container, path);
    if (own !== undefined)
      return { place: () => placeNow(container, path, inside), tooltip: t('Open {0} of this machine', own) };
    // What is not there, or can't be looked at, is no link.
    const file = await this.#client.fileStat({ id: container.id, path }).catch(() => undefined);
    if (file?.kind !== 'file') return undefined;
    return { place: async () => inside, tooltip: t('Open {0} of the container', path) };
  }
}

/**
 * VS Code opens by name, so that it is the file of the workspace: by then a container that is quick may have put a link in its place that
 * leads elsewhere. What it has put there since the link was shown is opened as the container sees it.
 */
async function placeNow(container: ContainerSummary, path: string, inside: Uri): Promise<Uri> {
  const own = await fileOfHost(container, path);
  return own === undefined ? inside : Uri.file(own);
}

/** Where this machine has it, too. A link in the folder may lead elsewhere here than it does in the container. */
async function fileOfHost({ mounts }: ContainerSummary, path: string): Promise<string | undefined> {
  const place = onHost(mounts, path);
  if (!place) return undefined;
  try {
    const [root, real] = await Promise.all([realpath(place.root), realpath(place.path)]);
    const isInside = real === root || real.startsWith(`${root}/`);
    return isInside && (await stat(real)).isFile() ? place.path : undefined;
  } catch {
    return undefined;
  }
}

function opens({ place }: Found, { line, column = 1 }: FileMention): () => PromiseLike<unknown> {
  const selection = line === undefined ? {} : { selection: new Range(line - 1, column - 1, line - 1, column - 1) };
  return async () => commands.executeCommand('vscode.open', await place(), selection);
}
