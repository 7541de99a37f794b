/** The helper's methods as functions, over whatever carries JSON-RPC: VS Code's language client, or a bare connection in tests. */
import * as protocol from '../protocol/index.ts';
import type { Notification, Request } from '../protocol/index.ts';
import type * as types from '../protocol/types.ts';
import { asRequestError } from './request-error.ts';

/** VS Code's CancellationToken. */
export type Cancellation = {
  readonly isCancellationRequested: boolean;
  // oxlint-disable-next-line typescript/no-explicit-any -- as vscode-jsonrpc and VS Code declare it
  readonly onCancellationRequested: (listener: (event: any) => unknown) => { dispose: () => void };
};

/** What both vscode-languageclient and vscode-jsonrpc offer. */
export type Transport = {
  sendRequest: (method: string, params: unknown, token?: Cancellation) => Promise<unknown>;
  onNotification: (method: string, handler: (params: never) => void) => { dispose: () => void };
};

export type Client = ReturnType<typeof createClient>;

export function createClient(transport: Transport) {
  /** A function that sends one method, and rejects with a RequestError. */
  const sends =
    <Params, Result>(request: Request<Params, Result>) =>
    async (params: Params, token?: Cancellation): Promise<Result> => {
      try {
        return (await (token
          ? transport.sendRequest(request.method, params, token)
          : transport.sendRequest(request.method, params))) as Result;
      } catch (error) {
        throw asRequestError(error);
      }
    };
  const listens =
    <Params>(notification: Notification<Params>) =>
    (handler: (params: Params) => void): { dispose: () => void } =>
      transport.onNotification(notification.method, handler);
  const info = sends(protocol.engineInfo);
  const examine = sends(protocol.engineExamine);
  const listImages = sends(protocol.imageList);
  const listNetworks = sends(protocol.networkList);
  const pruneNetworks = sends(protocol.networkPrune);
  const retryPrivilege = sends(protocol.privilegeRetry);
  const listVolumes = sends(protocol.volumeList);
  return {
    engineInfo: (): Promise<types.EngineInfo> => info({}),
    examine: (): Promise<{ findings: types.Finding[] }> => examine({}),
    listContainers: sends(protocol.containerList),
    runContainer: sends(protocol.containerRun),
    startContainer: sends(protocol.containerStart),
    stopContainer: sends(protocol.containerStop),
    stopOutlook: sends(protocol.containerStopOutlook),
    restartContainer: sends(protocol.containerRestart),
    pauseContainer: sends(protocol.containerPause),
    unpauseContainer: sends(protocol.containerUnpause),
    renameContainer: sends(protocol.containerRename),
    killContainer: sends(protocol.containerKill),
    updateContainer: sends(protocol.containerUpdate),
    topContainer: sends(protocol.containerTop),
    containerUsage: sends(protocol.containerUsage),
    inspectContainer: sends(protocol.containerInspect),
    removeContainer: sends(protocol.containerRemove),
    containerLogs: sends(protocol.containerLogs),
    attachContainer: sends(protocol.containerAttach),
    execContainer: sends(protocol.containerExec),
    containerChanges: sends(protocol.containerChanges),
    discardChanges: sends(protocol.containerDiscard),
    exportContainer: sends(protocol.containerExport),
    commitContainer: sends(protocol.containerCommit),
    fileStat: sends(protocol.fileStat),
    fileList: sends(protocol.fileList),
    fileRead: sends(protocol.fileRead),
    fileWrite: sends(protocol.fileWrite),
    makeDirectory: sends(protocol.fileMakeDirectory),
    renameFile: sends(protocol.fileRename),
    copyFile: sends(protocol.fileCopy),
    removeFile: sends(protocol.fileRemove),
    watchFiles: sends(protocol.fileWatch),
    uploadFile: sends(protocol.fileUpload),
    downloadFile: sends(protocol.fileDownload),
    listImages: (): Promise<{ images: types.ImageSummary[] }> => listImages({}),
    importImage: sends(protocol.imageImport),
    loadImages: sends(protocol.imageLoad),
    saveImages: sends(protocol.imageSave),
    pullImage: sends(protocol.imagePull),
    pushImage: sends(protocol.imagePush),
    tagImage: sends(protocol.imageTag),
    imageHistory: sends(protocol.imageHistory),
    inspectImage: sends(protocol.imageInspect),
    pruneImages: sends(protocol.imagePrune),
    login: sends(protocol.registryLogin),
    logout: sends(protocol.registryLogout),
    onProgressed: listens(protocol.operationProgressed),
    removeImage: sends(protocol.imageRemove),
    listNetworks: (): Promise<{ networks: types.NetworkSummary[] }> => listNetworks({}),
    createNetwork: sends(protocol.networkCreate),
    checkNetwork: sends(protocol.networkCheck),
    removeNetwork: sends(protocol.networkRemove),
    pruneNetworks: (): Promise<{ removed: string[] }> => pruneNetworks({}),
    connectNetwork: sends(protocol.networkConnect),
    disconnectNetwork: sends(protocol.networkDisconnect),
    inspectNetwork: sends(protocol.networkInspect),
    listVolumes: (): Promise<{ volumes: types.VolumeSummary[] }> => listVolumes({}),
    createVolume: sends(protocol.volumeCreate),
    removeVolume: sends(protocol.volumeRemove),
    pruneVolumes: sends(protocol.volumePrune),
    inspectVolume: sends(protocol.volumeInspect),
    writeStream: sends(protocol.streamInput),
    resizeStream: sends(protocol.streamResize),
    closeStream: sends(protocol.streamClose),
    retryPrivilege: (): Promise<{ granted: boolean }> => retryPrivilege({}),
    onStreamWrote: listens(protocol.streamWrote),
    onStreamResized: listens(protocol.streamResized),
    onStreamEnded: listens(protocol.streamEnded),
    onContainersChanged: listens(protocol.containersChanged),
    onFilesChanged: listens(protocol.filesChanged),
    onNetworksChanged: listens(protocol.networksChanged),
    onVolumesChanged: listens(protocol.volumesChanged),
    onImagesChanged: listens(protocol.imagesChanged),
  };
}
