/** Entry of dist/helper.js. Whatever is written to standard output belongs to the wire. */
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    /** Serve `skiff` on the listening socket that is fd 3. Absent: JSON-RPC on stdin and stdout. */
    cli: { type: 'boolean', default: false },
    root: { type: 'string' },
    runroot: { type: 'string' },
  },
});

const roots = {
  ...(values.root === undefined ? {} : { root: values.root }),
  ...(values.runroot === undefined ? {} : { runRoot: values.runroot }),
};

async function main(): Promise<void> {
  // Each door loads only what it needs: the time until the first answer is what a user waits for.
  if (values.cli) await (await import('./cli-server.ts')).serveCommandLine(roots);
  else (await import('./rpc-server.ts')).serveRpc(roots);
}

// Whoever started us may be gone, and the other end of our log with him.
process.stderr.on('error', () => {});

main().catch((error: unknown) => {
  process.stderr.write(`error ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
