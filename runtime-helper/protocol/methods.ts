/**
 * The contract between the extension and the helper: JSON-RPC 2.0 over stdio, one constant a method. Requests are
 * `noun/verb`; notifications state a fact in the past tense. Times are ISO 8601 in UTC. Bytes are base64 text.
 */
import type {
  AttachParams,
  AttachResult,
  ContainerIdParams,
  ContainerProcess,
  ContainerSummary,
  EngineInfo,
  ExportParams,
  CommitParams,
  DiscardParams,
  ExecParams,
  FileChange,
  FileEvent,
  FileInfo,
  FileMoveParams,
  FileParams,
  FileReadParams,
  FileRemoveParams,
  FileSideParams,
  FileTransferParams,
  FileWatchParams,
  FileWriteParams,
  Finding,
  ImageFileParams,
  ImageImportParams,
  ImagePruneParams,
  ImagePruneResult,
  ImagePullParams,
  ImagePullResult,
  ImagePushParams,
  ImagePushResult,
  ImageReferenceParams,
  ImageRemoveParams,
  ImageRemoveResult,
  ImageSaveParams,
  ImageStep,
  ImageSummary,
  ImageTagParams,
  KillParams,
  ListParams,
  ListResult,
  LogsParams,
  LogsResult,
  NetworkConnectParams,
  NetworkCreateParams,
  NetworkParams,
  NetworkSummary,
  ProgressStep,
  RegistryLoginParams,
  RegistryLoginResult,
  RemoveParams,
  RenameParams,
  RunParams,
  RunResult,
  StartResult,
  StopParams,
  StreamCloseParams,
  StopOutlook,
  StreamInputParams,
  StreamResizeParams,
  UpdateParams,
  UsageParams,
  UsageResult,
  VolumeCreateParams,
  VolumeParams,
  VolumePruneParams,
  VolumeSummary,
} from './types.ts';
import type { Phrase } from './phrase.ts';

export type Request<Params, Result> = { readonly method: string; readonly _types?: [Params, Result] };
export type Notification<Params> = { readonly method: string; readonly _types?: [Params] };

const request = <Params, Result>(method: string): Request<Params, Result> => ({ method });
const notification = <Params>(method: string): Notification<Params> => ({ method });

/** Raised with every change that an older peer would misread. Sent in `initializationOptions.protocolVersion` and in the result of `initialize`. */
export const protocolVersion = 1;
/** Bytes of a file in one message. */
export const maxFilePiece = 1024 * 1024;

// Extension → helper.
export const engineInfo = request<Record<string, never>, EngineInfo>('engine/info');
/** Tries everything that containers need on this machine; may ask for privileges. */
export const engineExamine = request<Record<string, never>, { findings: Finding[] }>('engine/examine');
export const containerList = request<ListParams, ListResult>('container/list');
export const containerRun = request<RunParams, RunResult>('container/run');
export const containerStart = request<ContainerIdParams, StartResult>('container/start');
export const containerStop = request<StopParams, Record<string, never>>('container/stop');
/** Whether a stop of it would be heard. */
export const containerStopOutlook = request<ContainerIdParams, StopOutlook>('container/stopOutlook');
/** Stops it, if it runs, and starts it. */
export const containerRestart = request<StopParams, Record<string, never>>('container/restart');
/** All its processes stand still until `container/unpause`. */
export const containerPause = request<ContainerIdParams, Record<string, never>>('container/pause');
export const containerUnpause = request<ContainerIdParams, Record<string, never>>('container/unpause');
export const containerRename = request<RenameParams, Record<string, never>>('container/rename');
/** Limits and restart policy, of a container that runs or not. */
export const containerUpdate = request<UpdateParams, Record<string, never>>('container/update');
export const containerKill = request<KillParams, Record<string, never>>('container/kill');
/** What runs in it now; empty for one that does not run. */
export const containerTop = request<ContainerIdParams, { processes: ContainerProcess[] }>('container/top');
/** Opens a stream that brings a line of JSON each second, a `UsageLine`, the first at once. */
export const containerUsage = request<UsageParams, UsageResult>('container/usage');
/** Docker's document about a container, as `skiff inspect` prints it. */
export const containerInspect = request<ContainerIdParams, { document: object }>('container/inspect');
export const containerRemove = request<RemoveParams, Record<string, never>>('container/remove');
/** The log so far; with `follow` also what comes, as `stream/wrote` until `stream/ended` or `stream/close`. */
export const containerLogs = request<LogsParams, LogsResult>('container/logs');
/** Opens a stream onto a running container's stdio: `stream/wrote` from the helper, `stream/input` and `stream/resize` to it. */
export const containerAttach = request<AttachParams, AttachResult>('container/attach');
export const containerExec = request<ExecParams, AttachResult>('container/exec');
/** What a container has changed of its image, sorted by directory. */
export const containerChanges = request<ContainerIdParams, { changes: FileChange[] }>('container/changes');
/** Makes files as the image has them. */
export const containerDiscard = request<DiscardParams, Record<string, never>>('container/discard');
/** All of a container's files as a tar archive, without its volumes. Written to `path`, which is replaced when all of it is there. */
export const containerExport = request<ExportParams, Record<string, never>>('container/export');
/** Makes an image of the container's image and what it has changed. */
export const containerCommit = request<CommitParams, { id: string }>('container/commit');
/** A container's files. What a symbolic link leads to is found inside the container. */
export const fileStat = request<FileSideParams, FileInfo>('file/stat');
export const fileList = request<FileSideParams, { files: FileInfo[] }>('file/list');
/** From `offset` on; empty at the end. */
export const fileRead = request<FileReadParams, { data: string }>('file/read');
export const fileWrite = request<FileWriteParams, Record<string, never>>('file/write');
export const fileMakeDirectory = request<FileParams, Record<string, never>>('file/makeDirectory');
export const fileRename = request<FileMoveParams, Record<string, never>>('file/rename');
export const fileCopy = request<FileMoveParams, Record<string, never>>('file/copy');
export const fileRemove = request<FileRemoveParams, Record<string, never>>('file/remove');
/** A file or folder of the user's into a folder of the container's, and the other way round; as `skiff cp`. */
export const fileUpload = request<FileTransferParams, Record<string, never>>('file/upload');
export const fileDownload = request<FileTransferParams, Record<string, never>>('file/download');
/** From now on `files/changed` tells of what happens in these folders, and only these, of a container, whenever it runs. None: of nothing. */
export const fileWatch = request<FileWatchParams, Record<string, never>>('file/watch');
export const imageList = request<Record<string, never>, { images: ImageSummary[] }>('image/list');
export const imageImport = request<ImageImportParams, { reference: string; id: string }>('image/import');
/** Canceled or failed, it leaves nothing. */
export const imagePull = request<ImagePullParams, ImagePullResult>('image/pull');
export const imagePush = request<ImagePushParams, ImagePushResult>('image/push');
export const imageTag = request<ImageTagParams, Record<string, never>>('image/tag');
export const imageHistory = request<ImageReferenceParams, { steps: ImageStep[] }>('image/history');
/** Docker's document about an image, as `skiff image inspect` prints it. */
export const imageInspect = request<ImageReferenceParams, { document: object }>('image/inspect');
export const imagePrune = request<ImagePruneParams, ImagePruneResult>('image/prune');
export const registryLogin = request<RegistryLoginParams, RegistryLoginResult>('registry/login');
export const registryLogout = request<{ registry: string }, { wasLoggedIn: boolean }>('registry/logout');
export const imageLoad = request<ImageFileParams, { references: string[] }>('image/load');
export const imageSave = request<ImageSaveParams, Record<string, never>>('image/save');
export const imageRemove = request<ImageRemoveParams, ImageRemoveResult>('image/remove');
export const networkList = request<Record<string, never>, { networks: NetworkSummary[] }>('network/list');
export const networkCreate = request<NetworkCreateParams, { id: string }>('network/create');
/** Whether `network/create` would be refused, while the parameters are typed. `problem`: why, and what helps; absent: it would not. */
export const networkCheck = request<NetworkCreateParams, { problem?: Phrase[] }>('network/check');
export const networkRemove = request<NetworkParams, Record<string, never>>('network/remove');
/** Removes what no container is connected to, running or not; answers with the names. */
export const networkPrune = request<Record<string, never>, { removed: string[] }>('network/prune');
/** A container that runs is on it at once, another one with its next start. */
export const networkConnect = request<NetworkConnectParams, Record<string, never>>('network/connect');
export const networkDisconnect = request<NetworkConnectParams, Record<string, never>>('network/disconnect');
/** Docker's document about a network, as `skiff network inspect` prints it. */
export const networkInspect = request<NetworkParams, { document: object }>('network/inspect');
export const volumeList = request<Record<string, never>, { volumes: VolumeSummary[] }>('volume/list');
/** One that exists is answered with as it is. */
export const volumeCreate = request<VolumeCreateParams, VolumeSummary>('volume/create');
export const volumeRemove = request<VolumeParams, Record<string, never>>('volume/remove');
/** Removes what no container has; answers with the names. */
export const volumePrune = request<VolumePruneParams, { removed: string[] }>('volume/prune');
/** Docker's document about a volume, as `skiff volume inspect` prints it. */
export const volumeInspect = request<VolumeParams, { document: object }>('volume/inspect');
export const streamInput = request<StreamInputParams, Record<string, never>>('stream/input');
export const streamResize = request<StreamResizeParams, Record<string, never>>('stream/resize');
/** Detaches: the container goes on. */
export const streamClose = request<StreamCloseParams, Record<string, never>>('stream/close');
/** Tries again to gain privileges after a refusal. */
export const privilegeRetry = request<Record<string, never>, { granted: boolean }>('privilege/retry');

// Helper → extension.
/** How far something is that takes time: the last word on each of its parts. `operation` is the request's `progress`. */
export const operationProgressed = notification<{ operation: string; steps: ProgressStep[] }>('operation/progressed');
/** One frame of output. The extension answers with nothing; flow is bounded by the helper (ARCHITECTURE.md, Seam 4). */
export const streamWrote = notification<{ stream: string; channel: 'stdout' | 'stderr'; data: string }>('stream/wrote');
/** The size of the process's terminal from now on: that of the window, of any that are attached, that was used last. */
export const streamResized = notification<{ stream: string; columns: number; rows: number }>('stream/resized');
/** `exitCode` is absent when the stream ended for another reason than the process's end (detached, log ended). */
export const streamEnded = notification<{ stream: string; exitCode?: number; error?: string }>('stream/ended');
/** Something changed, here or through another helper or CLI of the same store. */
export const containersChanged = notification<{ changed: ContainerSummary[]; removed: string[] }>('containers/changed');
/** Also with containers that came, went or changed their addresses. */
export const networksChanged = notification<{ networks: NetworkSummary[] }>('networks/changed');
/** What was done by the container's own processes or anybody else. A `changed` folder: what is in it is to be listed anew. */
export const filesChanged = notification<{ id: string; events: FileEvent[] }>('files/changed');
export const imagesChanged = notification<{ images: ImageSummary[] }>('images/changed');
/** Also with containers that have them. */
export const volumesChanged = notification<{ volumes: VolumeSummary[] }>('volumes/changed');
/** A password is needed for sudo. Nothing is stored. `password` absent: the user declined. */
export const privilegePassword = request<{ prompt: string; attempt: number }, { password?: string }>(
  'privilege/password',
);
/** The native program must be installed once as `path`, owned by root. */
export const privilegeConsent = request<{ path: string; sha256: string }, { granted: boolean }>('privilege/consent');
