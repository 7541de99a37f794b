/** What a command of `skiff` sees of the terminal, shell and process that it was typed in. */
export type Terminal = {
  /** Without the program's name. */
  readonly args: readonly string[];
  readonly cwd: string;
  /** Of the front, whose descriptors its arguments may name. */
  readonly pid: number;
  readonly env: Readonly<Record<string, string>>;
  readonly stdinTty: boolean;
  readonly stdoutTty: boolean;
  readonly stderrTty: boolean;
  /** Size of the terminal; 0 without one. */
  readonly columns: number;
  readonly rows: number;
  /** Aborted when the front goes before the command is done. */
  readonly signal: AbortSignal;
  readonly stdout: (bytes: string | Uint8Array) => void;
  readonly stderr: (bytes: string | Uint8Array) => void;
  /** Resolves when what was written may be followed by more: a slow reader must not fill our memory. */
  readonly drained: () => Promise<void>;
  /** Bytes of standard input up to its end. To be called once. */
  readonly readStdin: () => AsyncIterable<Buffer>;
  /** Makes the front talk to a monitor itself, and exit with the code that it is told there. */
  readonly connect: (attachment: Attachment) => void;
  /** Reads a line from the controlling terminal without echo. Absent: there is no terminal, or nothing was entered. */
  readonly askSecret: (prompt: string) => Promise<string | undefined>;
};

export type Output = 'stdout' | 'stderr';

export type Attachment = {
  /** Path of the monitor's socket. */
  socket: string;
  /** Whether the front sends its standard input there. */
  input: boolean;
  /** Whether the front's terminal goes into raw mode. */
  tty: boolean;
  /** As in `ctrl-p,ctrl-q`. */
  detachKeys: string;
  /** Which of its outputs are shown. */
  outputs: readonly Output[];
  /** Whether signals that the front gets are the process's. */
  signals: boolean;
  /** About how many bytes of what was written before are to be shown first. */
  replay: number;
  /** Whether the process is begun with it: then it waits for a front whose output is a pipe. */
  begins: boolean;
};
