namespace LmDeploy.Supervisor.Logging;

/// <summary>The event ids of all log messages. Each message has the name of its constant as its event name.</summary>
internal static class EventIds
{
    // Calls over gRPC.
    public const int CallFailed = 1;

    // Workers.
    public const int WorkerStarted = 10;
    public const int TokenNotTaken = 11;
    public const int WorkerNotRecorded = 12;
    public const int WorkerLimited = 13;
    public const int WorkerWatched = 14;

    // Pipelines.
    public const int PipelineMoved = 20;
    public const int PipelineStopRequested = 21;
    public const int PipelineStartFailed = 22;
    public const int WorkerCrashed = 23;
    public const int PipelineReleased = 24;
    public const int PipelineLoopFailed = 25;
    public const int WorkerRestarting = 26;
    public const int HangWatchFailed = 27;
    public const int PipelineRunFailed = 28;
    public const int PipelineKeeperFailed = 29;

    // Holders.
    public const int HolderLost = 30;
    public const int HoldMessageIgnored = 31;
    public const int HoldOver = 32;

    // The supervisor.
    public const int SupervisorStarted = 40;
    public const int SupervisorEnding = 41;
    public const int PipelinesLeft = 42;
    public const int RequestsLeft = 43;
    public const int GpusNotRead = 44;

    // Standby workers.
    public const int StandbyReady = 50;
    public const int StandbyTaken = 51;
    public const int StandbyUnhealthy = 52;
    public const int StandbyDied = 53;
    public const int StandbyFailed = 54;
    public const int StandbyShortage = 55;
    public const int FirstWorkerReady = 56;
    public const int FirstWorkerTaken = 57;
    public const int FirstWorkerUnused = 58;
    public const int FirstWorkerFailed = 59;

    // HTTP.
    public const int RequestFailed = 60;
    public const int DevicesNotListed = 61;
    public const int ModelRequestDone = 62;
    public const int RequestDone = 63;

    // Served models.
    public const int ModelLoaded = 70;
    public const int ModelNotLoaded = 71;

    // Connections.
    public const int ConnectionsFull = 72;

    // Settings that are read again.
    public const int CertificateRead = 73;
    public const int CertificateUnreadable = 74;
    public const int CertificateInvalid = 75;
    public const int SettingsRead = 76;
    public const int SettingsUnreadable = 77;
    public const int SettingsNeedRestart = 78;
    public const int ModelNotUnloaded = 79;

    // Admission.
    public const int LedgerUnshared = 80;
    public const int NoLedgerFolder = 81;
    public const int PeaksUnreadable = 82;
    public const int PeaksUnwritable = 83;

    // Standby workers, further ones.
    public const int StandbyPoolFailed = 90;
    public const int FirstWorkerWatchFailed = 91;
    public const int StandbyNotEnded = 92;
}
