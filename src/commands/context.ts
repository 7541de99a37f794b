import type { LogOutputChannel, Memento } from 'vscode';
import type { Client } from '../../runtime-helper/client/client.ts';
import type { Arranged } from '../model/arrangement.ts';
import type { Containers } from '../model/containers.ts';
import type { FileNews } from '../model/file-news.ts';
import type { EngineStatus } from '../model/helper-state.ts';
import type { FileNode, PartNode } from '../model/nodes.ts';
import type { ContainerLogs } from '../logs/container-logs.ts';
import type { StatsPanels } from '../panels/stats-panels.ts';
import type { Documents } from '../ui/documents.ts';
import type { RegistryLogins } from '../ui/registry-logins.ts';
import type { Terminals } from '../terminals/terminals.ts';

/** What commands work with. */
export type CommandContext = {
  client: Client;
  containers: Containers;
  /** Which containers the view shows, in which groups and order. */
  arranged: Arranged;
  status: EngineStatus;
  terminals: Terminals;
  logs: ContainerLogs;
  documents: Documents;
  stats: StatsPanels;
  logins: RegistryLogins;
  /** Is told of what is done to files of containers, so that open ones and rows are read again. */
  files: FileNews;
  /** Of a view, for keys: VS Code hands them no rows. */
  selectedRows: (view: string) => readonly unknown[];
  /** Lists what is below a row of the Containers view anew. */
  refreshRow: (node: FileNode | PartNode) => void;
  /** Remembers answers for this workspace. */
  memory: Memento;
  log: LogOutputChannel;
  /** Path of `skiff`, the command. */
  commandLine: string;
  restartHelper: () => Promise<void>;
  /** Asks for privileges again; true when they were granted. */
  retryPrivilege: () => Promise<boolean>;
  /** Finds out, after a failure, whether privileges were refused, for the view to say. */
  refreshPrivilege: () => Promise<void>;
  /** Resolves when the containers have been listed; rejects when the engine can't be used. */
  containersListed: () => Promise<void>;
};

/** `args` as VS Code hands them: from a tree the chosen row and all selected rows, from the palette nothing. */
export type Command = (context: CommandContext, ...args: unknown[]) => Promise<void>;
