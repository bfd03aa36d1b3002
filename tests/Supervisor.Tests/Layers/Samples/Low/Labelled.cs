namespace LmDeploy.Supervisor.Tests.Layers.Samples.Low;

/// <summary>Refers upwards, by nothing but an attribute's argument.</summary>
[Label(typeof(High.Owner))]
internal sealed class Labelled;
