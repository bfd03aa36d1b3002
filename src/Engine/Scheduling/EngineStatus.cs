namespace LmDeploy.Engine.Scheduling;

/// <summary>A snapshot of the engine.</summary>
/// <param name="Steps">Steps done since the model was loaded.</param>
internal sealed record EngineStatus(long Steps, int Running, int Waiting, int BlocksUsed, int BlocksTotal);
