import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../lib/atomic-file.ts';
import { SkiffError } from '../lib/errors.ts';
import { withFileLock } from '../lib/file-lock.ts';
import { ParsedFiles, readFileIfThere } from '../lib/parsed-files.ts';
import type { Networking } from './networking.ts';
import type { Healthcheck } from '../oci/healthcheck.ts';
import type { RuntimeConfig } from '../oci/runtime-config.ts';
import type { Confinement } from './confinement.ts';
import type { Limits } from './limits.ts';
import type { MountPoint } from './mounts.ts';

export type RestartPolicy = {
  name: 'no' | 'always' | 'unless-stopped' | 'on-failure';
  /** Restarts of `on-failure`, then no more; 0: any number. */
  maximumRetryCount: number;
};

/**
 * What is kept of a container's output: `none`, or files of at most so many bytes (0: any number), and how many. `options`:
 * as they were given (`max-size`, `labels` …); absent: none.
 */
export type LogConfig = { driver: string; maxSize: number; maxFiles: number; options?: Record<string, string> };

/** The lowest layer: places for what is mounted in a container. The native program makes it. */
export const mountPoints = 'mount-points';

/** containers/<id>/container.json: what Skiff knows of a container beyond its config.json. */
export type ContainerRecord = {
  version: 1;
  id: string;
  name: string;
  image: string;
  imageId: string;
  /** diffIDs in hex, topmost first, and `mountPoints`, which older records don't have; `/` for @host. */
  lowers: string[];
  command: string[];
  /** Its first words, which are not the command's; absent in older records: none. */
  entrypoint?: string[];
  createdAt: string;
  hostname: string;
  tty: boolean;
  openStdin: boolean;
  stdinOnce: boolean;
  /** What those who made it were attached to; absent: nothing. */
  attach?: ('stdin' | 'stdout' | 'stderr')[];
  autoRemove: boolean;
  /** `host`, `none`, `container:<id>`, or the name of the network that it began with. */
  network: string;
  /** Absent in records of the first version: on the default network alone, if that is its `network`. */
  networking?: Networking;
  stopSignal: string;
  labels: Record<string, string>;
  /** Of `--annotation`: config.json has them beside the labels. */
  annotations?: Record<string, string>;
  /** Another OCI runtime than our own, by name or path. */
  runtime?: string;
  /** Absent: what every container is allowed. */
  confinement?: Confinement;
  limits?: Limits;
  /** Whose volumes it was given, as `--volumes-from` said it; absent: nobody's. */
  volumesFrom?: string[];
  /** Volumes, bind mounts and tmpfs; absent: none. */
  mounts?: MountPoint[];
  /** Absent: no. */
  restartPolicy?: RestartPolicy;
  /** Seconds; absent: 10. */
  stopTimeout?: number;
  /** Absent: one file without a limit. */
  log?: LogConfig;
  /** Absent: nobody asks. */
  healthcheck?: Healthcheck;
  /** What reads a health check that is a line; absent: `/bin/sh -c`. */
  shell?: string[];
};

const idPattern = /^[0-9a-f]{64}$/;
/** What the folder of a removed container is called until its files are gone. */
const removedPattern = /^\.removed-([0-9a-f]{64})$/;

/** A container exists from the moment that its record has its name: config.json comes before it. */
export function writeContainer(folder: string, record: ContainerRecord, config: RuntimeConfig): void {
  mkdirSync(folder, { mode: 0o755 });
  try {
    // Containers that are removed when they end need not survive a power cut.
    const durable = !record.autoRemove;
    writeConfig(folder, config);
    writeAtomic(join(folder, 'container.json'), JSON.stringify(record), { durable });
    announce(folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Lets those who watch the folder of all containers see that something in this one has changed: inotify(7), IN_ATTRIB. */
function announce(folder: string): void {
  const now = new Date();
  utimesSync(folder, now, now);
}

/** Changes a record, and nobody else's change of it is lost. Throws not-found when there is none. */
export async function updateRecord(
  folder: string,
  change: (record: ContainerRecord) => ContainerRecord,
): Promise<ContainerRecord> {
  return withFileLock(join(folder, 'record.lock'), () => {
    const path = join(folder, 'container.json');
    const text = readFileIfThere(path);
    const record = text === undefined ? undefined : parseRecord(text);
    if (!record) throw new SkiffError('not-found', `${path} is not there`);
    const changed = change(record);
    writeAtomic(path, JSON.stringify(changed), { durable: !changed.autoRemove });
    announce(folder);
    return changed;
  });
}

/** Writes the OCI runtime config of the container whose folder this is. A crash may lose it, with the container that was being made. */
export function writeConfig(folder: string, config: RuntimeConfig): void {
  writeAtomic(configPath(folder), JSON.stringify(config), { durable: false });
}

/** Throws failed-precondition when it is not there or is no JSON. */
export function readConfig(folder: string): RuntimeConfig {
  const path = configPath(folder);
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RuntimeConfig;
  } catch (cause) {
    throw new SkiffError('failed-precondition', `${path} can't be read: ${String(cause)}`, { cause });
  }
}

const configPath = (folder: string): string => join(folder, 'config.json');

/** Reads records, and keeps them as long as their files stay the same. */
export class RecordCache {
  readonly #folder: string;
  readonly #files = new ParsedFiles(parseRecord);
  /** Asked for when a container starts, which is soon after it is made or not for long. */
  readonly #configs = new ParsedFiles((text) => parse(text) as RuntimeConfig | undefined, 64);

  constructor(containersFolder: string) {
    this.#folder = containersFolder;
  }

  ids(): string[] {
    return readdirSync(this.#folder).filter((name) => idPattern.test(name));
  }

  /** Of containers that have been removed, but whose files are still there. */
  removedIds(): string[] {
    return readdirSync(this.#folder).flatMap((name) => removedPattern.exec(name)?.[1] ?? []);
  }

  /** Absent: no such container, or one that is only half-made. */
  read(id: string): ContainerRecord | undefined {
    return this.#files.read(this.#path(id));
  }

  /** Throws failed-precondition when there is none. */
  config(id: string): RuntimeConfig {
    const folder = join(this.#folder, id);
    return this.#configs.read(configPath(folder)) ?? readConfig(folder);
  }

  /** After `writeContainer`: what was just written need not be read again. */
  wrote(record: ContainerRecord, config: RuntimeConfig): void {
    this.#files.wrote(this.#path(record.id), record);
    this.#configs.wrote(configPath(join(this.#folder, record.id)), config);
  }

  /** All containers, newest first. */
  all(): ContainerRecord[] {
    const records = this.ids().flatMap((id) => this.read(id) ?? []);
    return records.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  }

  #path(id: string): string {
    return join(this.#folder, id, 'container.json');
  }
}

/** An empty or cut record is what a power cut leaves of a container that was just being made: it does not exist. */
function parseRecord(text: string): ContainerRecord | undefined {
  const record = parse(text) as ContainerRecord | undefined;
  return record?.version === 1 ? record : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
