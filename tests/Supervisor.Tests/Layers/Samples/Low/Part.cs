namespace LmDeploy.Supervisor.Tests.Layers.Samples.Low;

internal sealed class Part;
