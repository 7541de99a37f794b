import { array, object, optionalObject, parseObject, text } from './json.ts';

/** What people want to know of an image, beyond what is needed to run it (image-spec, config.md). */
export type ImageDetails = {
  author: string;
  dockerVersion: string;
  /** As it is in the file. */
  config: Record<string, unknown>;
  /** Oldest first. */
  history: HistoryEntry[];
};

export type HistoryEntry = { created?: string; createdBy: string; comment: string; isEmpty: boolean };

const maxHistory = 10_000;

/** Throws invalid-argument that names `what`. */
export function parseImageDetails(bytes: Uint8Array, what: string): ImageDetails {
  const root = parseObject(bytes, what);
  const history = array(root['history'], `${what}: history`).slice(0, maxHistory);
  return {
    author: text(root['author'], `${what}: author`),
    dockerVersion: text(root['docker_version'], `${what}: docker_version`),
    config: optionalObject(root['config'], `${what}: config`),
    history: history.map((entry) => parseEntry(object(entry, `${what}: history`), `${what}: history`)),
  };
}

function parseEntry(entry: Record<string, unknown>, what: string): HistoryEntry {
  const created = text(entry['created'], `${what}: created`);
  return {
    ...(Number.isNaN(Date.parse(created)) ? {} : { created }),
    createdBy: text(entry['created_by'], `${what}: created_by`),
    comment: text(entry['comment'], `${what}: comment`),
    isEmpty: entry['empty_layer'] === true,
  };
}
