/** Wiring: makes the parts and tells them of each other. */
import './translations.ts';
import { join } from 'node:path';
import { commands, window, workspace, type Disposable, type ExtensionContext } from 'vscode';
import { createClient } from '../runtime-helper/client/client.ts';
import type { CommandContext } from './commands/context.ts';
import { registerCommands } from './commands/index.ts';
import { dropOnFolder } from './commands/files/file-drop.ts';
import { ContainerFiles } from './files/container-files.ts';
import { FolderWatches } from './files/folder-watches.ts';
import { pullMissing } from './commands/containers/run.ts';
import { openShellOf } from './commands/containers/run-again.ts';
import { Mirror } from './helper/mirror.ts';
import { superviseHelper } from './helper/supervise.ts';
import type { Supervisor } from './helper/supervisor.ts';
import { commandLineFolder } from './helper/launch.ts';
import { offerCommandLine, offerSocket } from './helper/terminal-environment.ts';
import { showLists } from './lists.ts';
import { absentContainers } from './model/absences.ts';
import { Arranged } from './model/arrangement.ts';
import { Containers } from './model/containers.ts';
import { FirstSteps } from './model/first-steps.ts';
import { FileNews } from './model/file-news.ts';
import { EngineStatus } from './model/helper-state.ts';
import { Usages } from './model/usages.ts';
import { followUsage } from './usage.ts';
import { ContainerLogs } from './logs/container-logs.ts';
import { lastCheckLines, lastLines } from './logs/last-lines.ts';
import { Streams } from './streams/streams.ts';
import { offerLinks } from './terminals/terminal-links.ts';
import { offerProfile } from './terminals/terminal-profile.ts';
import { ContainerTasks } from './terminals/task-provider.ts';
import { Terminals } from './terminals/terminals.ts';
import { AbsenceKeys } from './ui/absence-keys.ts';
import { announceProblems } from './ui/announce-problems.ts';
import { announceFailure } from './ui/announce-failure.ts';
import { followArrangement } from './ui/arrangement-settings.ts';
import { Documents } from './ui/documents.ts';
import { RegistryLogins } from './ui/registry-logins.ts';
import { gainPrivilege } from './ui/gain-privilege.ts';
import { askConsent, askPassword } from './ui/privilege-prompts.ts';
import { showRunning } from './ui/status-bar.ts';
import { tickWalkthrough, watched } from './ui/walkthrough.ts';
import { StatsPanels } from './panels/stats-panels.ts';
import { ContainersView } from './views/containers-view.ts';
import { showEngineStatus } from './views/view-state.ts';

let helper: Supervisor | undefined;
let containerTasks: ContainerTasks | undefined;

export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('Skiff', { log: true });
  const warn = (error: unknown): void => log.warn(String(error));
  /** Failures of this kind are shown by the view's message; the log has their causes. */
  const inBackground = (work: Promise<unknown>): void => {
    work.catch(warn);
  };
  const status = new EngineStatus();
  const containers = new Containers();
  const arranged = new Arranged();
  const usages = new Usages();
  const absences = new AbsenceKeys();
  const firstSteps = new FirstSteps();
  const news = new FileNews();
  const supervisor = superviseHelper(context.extensionPath, log, status, {
    password: askPassword,
    consent: askConsent,
  });
  helper = supervisor;
  const client = createClient(watched(supervisor, firstSteps));
  const mirror = new Mirror(client, containers, status);
  const streams = new Streams(client);
  const terminals = new Terminals(client, streams, context.workspaceState);
  const documents = new Documents();
  const view = new ContainersView(containers, arranged, usages, {
    listed: async () => status.helper.status === 'unsupported' || mirror.known(),
    processes: async (id) => (await client.topContainer({ id })).processes,
    files: async (id, folder) => (await client.fileList({ id, path: folder })).files,
    changes: async (id) => (await client.containerChanges({ id })).changes,
  });
  const showContainers = (): void => {
    if (status.helper.status !== 'unsupported') inBackground(mirror.listed());
  };
  const logs = new ContainerLogs(client, streams, containers, warn);
  const listed = (): Promise<void> => mirror.listed();
  const stats = new StatsPanels({
    extensionUri: context.extensionUri,
    client,
    streams,
    containers,
    listed,
    failed: warn,
  });
  const folders = new FolderWatches(client, news, warn);
  const commandContext: CommandContext = {
    client,
    containers,
    arranged,
    status,
    terminals,
    logs,
    documents,
    stats,
    logins: new RegistryLogins(context.secrets),
    files: news,
    refreshRow: (node) => inBackground(view.refresh(node)),
    selectedRows: (of) => lists.selections[of]?.() ?? view.selection,
    log,
    memory: context.workspaceState,
    commandLine: join(commandLineFolder(context.extensionPath), 'skiff'),
    restartHelper: () => supervisor.restart(),
    retryPrivilege: () => gainPrivilege(status, () => mirror.retryPrivilege(), log),
    refreshPrivilege: () => mirror.refreshPrivilege(),
    containersListed: listed,
  };
  const tasks = new ContainerTasks({
    client,
    streams,
    pull: (reference) => pullMissing(commandContext, reference),
    folder: () => workspace.workspaceFolders?.[0],
  });
  containerTasks = tasks;
  const usage = followUsage({ client, streams, usages, view }, warn);
  const lists = showLists({ client, containers, context: commandContext, absences, inBackground });

  offerCommandLine(context.environmentVariableCollection, context.extensionPath);
  context.subscriptions.push(
    log,
    supervisor.onReady((hello) => {
      offerSocket(context.environmentVariableCollection, hello.cliSocket);
      showContainers();
      for (const part of [terminals, stats, tasks, lists, usage, folders]) part.helperReturned();
    }),
    supervisor.onDown(() => {
      mirror.helperEnded();
      absences.forget();
      streams.loseAll();
    }),
    logs,
    documents,
    folders,
    new ContainerFiles(client, news, folders),
    news.onTold((events) => inBackground(view.showFileEvents(events))),
    stats,
    view,
    view.onShown(showContainers),
    view.onFoldersOpened((id) => folders.want(id, 'view', view.openFolders(id))),
    view.onDropped((drop) => inBackground(dropOnFolder(commandContext, drop))),
    ...followArrangement(arranged),
    ...lists.parts,
    ...usage.parts,
    terminals,
    tasks,
    offerLinks(client, containers, terminals, warn),
    offerProfile({ containers, terminals, listed, failed: warn }),
    terminals.onDetached((id) => {
      if (containers.get(id)?.state.status === 'running') firstSteps.made('detach');
    }),
    ...tickWalkthrough(firstSteps, containers),
    showEngineStatus(status, containers, view),
    ...showRunning(containers),
    containers.onChanged(() => absences.tell(absentContainers(containers.all))),
    announceContainerProblems(commandContext, streams, inBackground),
    announceFailure(status, () => supervisor.restart(), log),
    restartWithSettings(() => inBackground(supervisor.restart())),
    ...registerCommands(commandContext),
  );
  if (view.visible) showContainers();
  inBackground(documents.closeForgotten());
  inBackground(terminals.restore(listed, (id) => containers.get(id), warn));
}

/** VS Code waits for this before it ends the extension host. Containers go on. */
export async function deactivate(): Promise<void> {
  await containerTasks?.endAll();
  await helper?.dispose();
}

function announceContainerProblems(
  context: CommandContext,
  streams: Streams,
  inBackground: (work: Promise<unknown>) => void,
): Disposable {
  const { client, containers, logs } = context;
  return announceProblems(containers, {
    lastLines: ({ kind, container: { id } }) =>
      kind === 'unhealthy' ? lastCheckLines(client, id) : lastLines(client, streams, id, 6),
    restart: ({ id }) => void commands.executeCommand('skiff.restart', { kind: 'container', id }),
    showLogs: (container) => inBackground(logs.show(container)),
    openShell: (container) => inBackground(openShellOf(context, container)),
    showContainers: () => void commands.executeCommand('skiff.containers.focus'),
  });
}

/** Another store: nothing of the one before may stay on show. The helper is told of them when it starts. */
function restartWithSettings(restart: () => void): Disposable {
  const names = ['skiff.root', 'skiff.runRoot', 'skiff.runtime'];
  return workspace.onDidChangeConfiguration((change) => {
    if (names.some((name) => change.affectsConfiguration(name))) restart();
  });
}
