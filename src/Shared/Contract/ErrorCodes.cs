namespace LmDeploy.V1;

/// <summary>The codes an <c>Error</c> can carry; docs/errors.md says what each means and what to do.</summary>
internal static class ErrorCodes
{
    // The model folder cannot be served. Never retried.
    public const string ModelNotFound = "model_not_found";
    public const string InvalidConfig = "invalid_config";
    public const string UnsupportedArchitecture = "unsupported_architecture";
    public const string InvalidCheckpoint = "invalid_checkpoint";
    public const string MissingTensor = "missing_tensor";
    public const string WrongShape = "wrong_shape";
    public const string UnsupportedDtype = "unsupported_dtype";
    public const string InvalidTokenizer = "invalid_tokenizer";
    public const string InvalidTemplate = "invalid_template";

    // The request cannot be served.
    public const string InvalidRequest = "invalid_request";
    public const string ContextLengthExceeded = "context_length_exceeded";
    public const string PreprocessFailed = "preprocess_failed";
    public const string UnsupportedFeature = "unsupported_feature";
    public const string RequestConflict = "request_conflict";
    public const string RequestCancelled = "request_cancelled";
    public const string QueueFull = "queue_full";
    public const string PoisonedRequest = "poisoned_request";
    public const string QuotaExceeded = "quota_exceeded";
    public const string PipelineNotFound = "pipeline_not_found";

    // The host or the worker failed.
    public const string OutOfMemory = "out_of_memory";
    public const string InsufficientMemory = "insufficient_memory";
    public const string NativeLibrary = "native_library";
    public const string InternalError = "internal_error";
    public const string EngineUnavailable = "engine_unavailable";
    public const string WorkerStartFailed = "worker_start_failed";
    public const string WorkerCrashed = "worker_crashed";
    public const string LoadTimeout = "load_timeout";
    public const string Stopped = "stopped";
    public const string SupervisorUnavailable = "supervisor_unavailable";
    public const string ProtocolMismatch = "protocol_mismatch";

    // A model could not be downloaded.
    public const string AccessDenied = "access_denied";
    public const string DownloadFailed = "download_failed";
    public const string InsufficientDisk = "insufficient_disk";
}
