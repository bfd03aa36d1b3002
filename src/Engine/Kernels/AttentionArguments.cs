using TorchSharp;

namespace LmDeploy.Engine.Kernels;

/// <summary>How a layer attends.</summary>
/// <param name="Scale">On scores, after the queries' own.</param>
/// <param name="Window">How many of the latest positions are seen; 0 for all.</param>
/// <param name="Cap">Scores stay between minus and plus this; 0 for no bound.</param>
/// <param name="Sinks">[heads]; null for none.</param>
internal readonly record struct AttentionArguments(float Scale, int Window, float Cap, torch.Tensor? Sinks);
