using LmDeploy.Engine.Settings;
using LmDeploy.Tests.Layers;

namespace LmDeploy.Engine.Tests;

/// <summary>The layers of the engine.</summary>
public sealed class LayersTests
{
    /// <summary>The folders of src/Engine, the lowest first. A folder may refer to those before it and to no other.</summary>
    private static readonly string[] Order =
    [
        "Native", "Errors", "Settings", "Tensors", "Ceilings",
        "WeightUpload", "Dequantization", "Kernels", "Cache", "StepInput", "Decoders", "Sampling", "Scheduling",
        "Requests", "Likelihood", "Rewards", "Embeddings", "Generation",
    ];

    private static readonly FolderGraph Graph = FolderGraph.Read(typeof(EngineSettings).Assembly.Location, "LmDeploy.Engine");

    [Fact]
    public void Folders_DependOneWay() => Graph.FindCycles().ShouldBeEmpty(string.Join("\n\n", Graph.FindCycles()));

    [Fact]
    public void Folders_DependOnLowerOnes() => Graph.FindAgainst(Order).ShouldBeEmpty(string.Join("\n\n", Graph.FindAgainst(Order)));
}
