import type { Command } from './command.ts';
import { attach } from './commands/attach.ts';
import { commit } from './commands/commit.ts';
import { diff } from './commands/diff.ts';
import { exportCommand } from './commands/export.ts';
import { cp } from './commands/cp.ts';
import { containerPrune } from './commands/container-prune.ts';
import { create } from './commands/create.ts';
import { doctor } from './commands/doctor.ts';
import { enter } from './commands/enter.ts';
import { events } from './commands/events.ts';
import { exec } from './commands/exec.ts';
import { history } from './commands/history.ts';
import { imagePrune } from './commands/image-prune.ts';
import { images } from './commands/images.ts';
import { importCommand } from './commands/import.ts';
import { info } from './commands/info.ts';
import { containerInspect, imageInspect, inspect } from './commands/inspect.ts';
import { kill } from './commands/kill.ts';
import { load } from './commands/load.ts';
import { login } from './commands/login.ts';
import { logout } from './commands/logout.ts';
import { logs } from './commands/logs.ts';
import { networkConnect } from './commands/network-connect.ts';
import { networkCreate } from './commands/network-create.ts';
import { networkDisconnect } from './commands/network-disconnect.ts';
import { networkInspect } from './commands/network-inspect.ts';
import { networkLs } from './commands/network-ls.ts';
import { networkPrune } from './commands/network-prune.ts';
import { networkRm } from './commands/network-rm.ts';
import { pause, unpause } from './commands/pause.ts';
import { port } from './commands/port.ts';
import { ps } from './commands/ps.ts';
import { pull } from './commands/pull.ts';
import { push } from './commands/push.ts';
import { rename } from './commands/rename.ts';
import { restart } from './commands/restart.ts';
import { rm } from './commands/rm.ts';
import { rmi } from './commands/rmi.ts';
import { run } from './commands/run.ts';
import { save } from './commands/save.ts';
import { start } from './commands/start.ts';
import { stats } from './commands/stats.ts';
import { stop } from './commands/stop.ts';
import { systemDf } from './commands/system-df.ts';
import { systemPrune } from './commands/system-prune.ts';
import { systemRestore } from './commands/system-restore.ts';
import { systemService } from './commands/system-service.ts';
import { tag } from './commands/tag.ts';
import { top } from './commands/top.ts';
import { update } from './commands/update.ts';
import { version } from './commands/version.ts';
import { volumeCreate } from './commands/volume-create.ts';
import { volumeInspect } from './commands/volume-inspect.ts';
import { volumeLs } from './commands/volume-ls.ts';
import { volumePrune } from './commands/volume-prune.ts';
import { volumeRm } from './commands/volume-rm.ts';
import { wait } from './commands/wait.ts';

/** Every command that `skiff` has. */
export const commands: readonly Command[] = [
  attach,
  commit,
  diff,
  exportCommand,
  cp,
  containerPrune,
  create,
  doctor,
  enter,
  events,
  exec,
  history,
  images,
  imageInspect,
  imagePrune,
  importCommand,
  info,
  inspect,
  containerInspect,
  kill,
  load,
  login,
  logout,
  logs,
  networkConnect,
  networkCreate,
  networkDisconnect,
  networkInspect,
  networkLs,
  networkPrune,
  networkRm,
  pause,
  port,
  ps,
  pull,
  push,
  rename,
  restart,
  rm,
  rmi,
  run,
  save,
  start,
  stats,
  stop,
  top,
  unpause,
  systemDf,
  systemPrune,
  systemRestore,
  systemService,
  tag,
  update,
  version,
  volumeCreate,
  volumeInspect,
  volumeLs,
  volumePrune,
  volumeRm,
  wait,
];
