// Loaded into a VS Code server: its extension host believes that it runs on another system, and nothing else does.
const childProcess = require('node:child_process');
const { syncBuiltinESMExports } = require('node:module');

const { fork } = childProcess;
if (process.argv.includes('--type=extensionHost')) Object.defineProperty(process, 'platform', { value: 'darwin' });
// NODE_OPTIONS is kept from the extension host.
childProcess.fork = (path, args, options) =>
  fork(path, args, { ...options, execArgv: [...(options?.execArgv ?? []), `--require=${__filename}`] });
syncBuiltinESMExports();
