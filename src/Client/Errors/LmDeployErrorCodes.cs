using LmDeploy.V1;

namespace LmDeploy;

/// <summary>
/// The codes of <see cref="LmDeployException.Code"/>, <see cref="Response.ErrorCode"/> and <see cref="InspectionProblem.Code"/>; docs/errors.md says what to
/// do about each.
/// </summary>
public static class LmDeployErrorCodes
{
    /// <summary>There is no such model folder.</summary>
    public const string ModelNotFound = ErrorCodes.ModelNotFound;

    /// <summary>config.json is missing or broken, a key in it is wrong, or an engine setting is out of range.</summary>
    public const string InvalidConfig = ErrorCodes.InvalidConfig;

    /// <summary>The architecture is none that the engine runs.</summary>
    public const string UnsupportedArchitecture = ErrorCodes.UnsupportedArchitecture;

    /// <summary>A safetensors file or its index is damaged.</summary>
    public const string InvalidCheckpoint = ErrorCodes.InvalidCheckpoint;

    /// <summary>The checkpoint lacks a tensor that config.json asks for.</summary>
    public const string MissingTensor = ErrorCodes.MissingTensor;

    /// <summary>A tensor has not the shape that follows from config.json.</summary>
    public const string WrongShape = ErrorCodes.WrongShape;

    /// <summary>The weights are of a type, or quantized in a way, that is not read.</summary>
    public const string UnsupportedDtype = ErrorCodes.UnsupportedDtype;

    /// <summary>The tokenizer is missing, broken, or needs a feature that is not supported.</summary>
    public const string InvalidTokenizer = ErrorCodes.InvalidTokenizer;

    /// <summary>The chat template cannot be read or parsed.</summary>
    public const string InvalidTemplate = ErrorCodes.InvalidTemplate;

    /// <summary>A request has a value that is out of range or malformed.</summary>
    public const string InvalidRequest = ErrorCodes.InvalidRequest;

    /// <summary>The prompt is as long as the context, or longer.</summary>
    public const string ContextLengthExceeded = ErrorCodes.ContextLengthExceeded;

    /// <summary>The chat template failed on the conversation.</summary>
    public const string PreprocessFailed = ErrorCodes.PreprocessFailed;

    /// <summary>The request or the model needs something that is not supported.</summary>
    public const string UnsupportedFeature = ErrorCodes.UnsupportedFeature;

    /// <summary>Something is done that can be done once.</summary>
    public const string RequestConflict = ErrorCodes.RequestConflict;

    /// <summary>The caller cancelled the request.</summary>
    public const string RequestCancelled = ErrorCodes.RequestCancelled;

    /// <summary>As many requests wait as may wait.</summary>
    public const string QueueFull = ErrorCodes.QueueFull;

    /// <summary>The request was in two workers when they died, and is refused for a time.</summary>
    public const string PoisonedRequest = ErrorCodes.PoisonedRequest;

    /// <summary>The API key has as many pipelines or requests at once as it may.</summary>
    public const string QuotaExceeded = ErrorCodes.QuotaExceeded;

    /// <summary>There is no pipeline of that id, name or key.</summary>
    public const string PipelineNotFound = ErrorCodes.PipelineNotFound;

    /// <summary>Weights, cache or a step do not fit into the memory that is free.</summary>
    public const string OutOfMemory = ErrorCodes.OutOfMemory;

    /// <summary>The memory that a pipeline needs was not free in time, or no device has as much.</summary>
    public const string InsufficientMemory = ErrorCodes.InsufficientMemory;

    /// <summary>No libtorch of the host works.</summary>
    public const string NativeLibrary = ErrorCodes.NativeLibrary;

    /// <summary>A fault of LmDeploy.</summary>
    public const string InternalError = ErrorCodes.InternalError;

    /// <summary>The pipeline has no engine that answers: it has ended, or is ending.</summary>
    public const string EngineUnavailable = ErrorCodes.EngineUnavailable;

    /// <summary>A worker process could not be started.</summary>
    public const string WorkerStartFailed = ErrorCodes.WorkerStartFailed;

    /// <summary>A worker died, and the request could not be answered by another one.</summary>
    public const string WorkerCrashed = ErrorCodes.WorkerCrashed;

    /// <summary>A model was not ready within the load timeout.</summary>
    public const string LoadTimeout = ErrorCodes.LoadTimeout;

    /// <summary>Somebody else stopped the pipeline.</summary>
    public const string Stopped = ErrorCodes.Stopped;

    /// <summary>The supervisor cannot be found, started or reached.</summary>
    public const string SupervisorUnavailable = ErrorCodes.SupervisorUnavailable;

    /// <summary>Client, supervisor and worker are not of one version.</summary>
    public const string ProtocolMismatch = ErrorCodes.ProtocolMismatch;

    /// <summary>The hub does not let this caller read the model: it is private or gated, and the token is missing or has no right.</summary>
    public const string AccessDenied = ErrorCodes.AccessDenied;

    /// <summary>The hub could not be reached, or what came was not what it announced.</summary>
    public const string DownloadFailed = ErrorCodes.DownloadFailed;

    /// <summary>The disk of the cache has no room for the model.</summary>
    public const string InsufficientDisk = ErrorCodes.InsufficientDisk;
}
