import { commands, type Disposable } from 'vscode';
import { attach } from './containers/attach.ts';
import {
  clearFilter,
  filterContainers,
  groupContainers,
  showAll,
  showOnlyRunning,
  sortContainers,
} from './containers/arrange.ts';
import { compareChanges, discardChanges, showChanges } from './files/changes.ts';
import { commit } from './containers/commit.ts';
import { pruneContainers } from './containers/prune.ts';
import type { Command, CommandContext } from './context.ts';
import { copyAddress, copyId, copyName } from './containers/copy.ts';
import { pruneUnused } from './prune.ts';
import { restartHelper, retryPrivilege, showHelperLog } from './helper.ts';
import { detach } from './containers/detach.ts';
import { doctor } from './doctor.ts';
import { enter } from './containers/enter.ts';
import {
  copyFilePaths,
  deleteFileRows,
  downloadFileRows,
  newFile,
  newFolder,
  openFileRows,
  refreshRows,
  renameFileRow,
  uploadToFolder,
} from './files/file-rows.ts';
import { downloadFiles, openFiles, uploadFiles } from './files/files.ts';
import { copyImageId, copyReference } from './images/copy.ts';
import { importImage, loadImages } from './images/files.ts';
import { imageHistory, inspectImage, pruneImages } from './images/look.ts';
import { removeImage } from './images/remove.ts';
import { runFromImage } from './images/run.ts';
import { saveImages } from './images/save.ts';
import { pullImage, pushImage, tagImage } from './images/transfer.ts';
import { exec } from './containers/exec.ts';
import { exportContainers } from './containers/export.ts';
import { inspect } from './containers/inspect.ts';
import { deleteSelected, renameSelected } from './keys.ts';
import { kill } from './containers/kill.ts';
import { changeLimits } from './containers/limits.ts';
import { showLogsInTerminal } from './containers/log-terminal.ts';
import { connectNetwork, disconnectNetwork } from './networks/connect.ts';
import { createNetwork } from './networks/create.ts';
import { copyNetworkAddress, inspectNetwork } from './networks/look.ts';
import { pruneNetworks, removeNetwork } from './networks/remove.ts';
import { openShell } from './containers/open-shell.ts';
import { pause, unpause } from './containers/pause.ts';
import { copyPortAddress, openPort } from './containers/port.ts';
import { rename } from './containers/rename.ts';
import { logIn, logOut } from './registry-login.ts';
import { remove } from './containers/remove.ts';
import { restart } from './containers/restart.ts';
import { runAgain } from './containers/run-again.ts';
import { runContainer } from './containers/run.ts';
import { showLogs } from './containers/show-logs.ts';
import { start } from './containers/start.ts';
import { showStats } from './containers/stats.ts';
import { stop } from './containers/stop.ts';
import { copyVolumeName, createVolume, inspectVolume, pruneVolumes, removeVolume } from './volumes.ts';

/** Every command that package.json contributes. */
const table: Record<string, Command> = {
  'skiff.run': runContainer,
  'skiff.runAgain': runAgain,
  'skiff.start': start,
  'skiff.stop': stop,
  'skiff.restart': restart,
  'skiff.remove': remove,
  'skiff.attach': attach,
  'skiff.openShell': openShell,
  'skiff.exec': exec,
  'skiff.export': exportContainers,
  'skiff.showLogs': showLogs,
  'skiff.showLogsInTerminal': showLogsInTerminal,
  'skiff.detach': detach,
  'skiff.enter': enter,
  'skiff.pause': pause,
  'skiff.unpause': unpause,
  'skiff.rename': rename,
  'skiff.limits': changeLimits,
  'skiff.kill': kill,
  'skiff.openPort': openPort,
  'skiff.copyPortAddress': copyPortAddress,
  'skiff.inspect': inspect,
  'skiff.files.open': openFiles,
  'skiff.files.upload': uploadFiles,
  'skiff.files.download': downloadFiles,
  'skiff.file.open': openFileRows,
  'skiff.file.newFile': newFile,
  'skiff.file.newFolder': newFolder,
  'skiff.file.rename': renameFileRow,
  'skiff.file.delete': deleteFileRows,
  'skiff.file.upload': uploadToFolder,
  'skiff.file.download': downloadFileRows,
  'skiff.file.copyPath': copyFilePaths,
  'skiff.files.refresh': refreshRows,
  'skiff.changes': showChanges,
  'skiff.change.compare': compareChanges,
  'skiff.change.discard': discardChanges,
  'skiff.commit': commit,
  'skiff.selected.rename': renameSelected,
  'skiff.selected.delete': deleteSelected,
  'skiff.stats': showStats,
  'skiff.copyId': copyId,
  'skiff.copyName': copyName,
  'skiff.copyAddress': copyAddress,
  'skiff.containers.prune': pruneContainers,
  'skiff.prune': pruneUnused,
  'skiff.containers.group': groupContainers,
  'skiff.containers.sort': sortContainers,
  'skiff.containers.filter': filterContainers,
  'skiff.containers.showOnlyRunning': showOnlyRunning,
  'skiff.containers.showAll': showAll,
  'skiff.containers.clearFilter': clearFilter,
  'skiff.image.run': runFromImage,
  'skiff.image.remove': removeImage,
  'skiff.images.pull': pullImage,
  'skiff.images.prune': pruneImages,
  'skiff.image.push': pushImage,
  'skiff.image.tag': tagImage,
  'skiff.image.inspect': inspectImage,
  'skiff.image.history': imageHistory,
  'skiff.image.copyName': copyReference,
  'skiff.image.copyId': copyImageId,
  'skiff.images.load': loadImages,
  'skiff.images.import': importImage,
  'skiff.networks.create': createNetwork,
  'skiff.networks.prune': pruneNetworks,
  'skiff.network.connect': connectNetwork,
  'skiff.network.disconnect': disconnectNetwork,
  'skiff.network.inspect': inspectNetwork,
  'skiff.network.copyAddress': copyNetworkAddress,
  'skiff.network.remove': removeNetwork,
  'skiff.image.save': saveImages,
  'skiff.registry.login': logIn,
  'skiff.registry.logout': logOut,
  'skiff.volumes.create': createVolume,
  'skiff.volumes.prune': pruneVolumes,
  'skiff.volume.inspect': inspectVolume,
  'skiff.volume.copyName': copyVolumeName,
  'skiff.volume.remove': removeVolume,
  'skiff.doctor': doctor,
  'skiff.showHelperLog': showHelperLog,
  'skiff.restartHelper': restartHelper,
  'skiff.retryPrivilege': retryPrivilege,
};

export function registerCommands(context: CommandContext): Disposable[] {
  return Object.entries(table).map(([id, command]) =>
    commands.registerCommand(id, (...args: unknown[]) => command(context, ...args)),
  );
}
