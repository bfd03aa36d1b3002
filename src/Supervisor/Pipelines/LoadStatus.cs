using LmDeploy.V1;

namespace LmDeploy.Supervisor.Pipelines;

/// <summary>The load of a named pipeline, or of a model with several.</summary>
/// <param name="Failure">The latest failure; null once a load has succeeded. While the next load runs, it is still there.</param>
/// <param name="Progress">Null while no load runs, or none has told its progress yet.</param>
internal sealed record LoadStatus(LoadState State, Error? Failure, LoadProgress? Progress = null);
