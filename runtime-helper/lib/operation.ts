/** Levels of the helper's log, most severe first. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];
export type Log = (level: LogLevel, message: string) => void;

/** One step of something that takes time. `current` and `total` are bytes when given. */
export type Progress = { id: string; status: string; current?: number; total?: number };

/** What everything that can take time is handed: how to be told to give up, where to log, whom to tell of progress. */
export type Operation = { signal: AbortSignal; log: Log; report: (progress: Progress) => void };
