namespace LmDeploy;

/// <summary>The used memory of one GPU around the life of a pipeline, as its driver reports it for the whole device.</summary>
/// <param name="Uuid">The GPU.</param>
/// <param name="UsedBeforeBytes">Before the worker started.</param>
/// <param name="UsedHeldBytes">When it was stopped.</param>
/// <param name="UsedAfterBytes">After it was gone.</param>
public sealed record DeviceReclaim(string Uuid, long UsedBeforeBytes, long UsedHeldBytes, long UsedAfterBytes);
