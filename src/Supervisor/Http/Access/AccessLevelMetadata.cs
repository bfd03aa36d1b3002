namespace LmDeploy.Supervisor.Http.Access;

/// <summary>Says of a route who may call it.</summary>
internal sealed record AccessLevelMetadata(AccessLevel Level);
