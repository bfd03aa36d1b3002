using LmDeploy.Supervisor.Configuration;
using LmDeploy.Tests.Layers;

namespace LmDeploy.Supervisor.Tests;

/// <summary>The layers of the supervisor.</summary>
public sealed class LayersTests
{
    /// <summary>The folders of src/Supervisor, the lowest first. A folder may refer to those before it and to no other.</summary>
    private static readonly string[] Order =
    [
        "Native", "Errors", "Tasks", "Files", "Shortages", "Reads", "Logging", "Logs",
        "Configuration", "Connections", "Shutdown",
        "Gpu", "Workers", "Failures", "Standby", "Admission", "Inspection", "Receipts", "Journal", "Poison", "Lifecycle",
        "Pipelines", "Requests", "Serving", "Remote", "Telemetry",
        "Grpc", "Http", "Hosting",
    ];

    private static readonly FolderGraph Graph = FolderGraph.Read(typeof(SupervisorOptions).Assembly.Location, "LmDeploy.Supervisor");

    [Fact]
    public void Folders_DependOneWay() => Graph.FindCycles().ShouldBeEmpty(string.Join("\n\n", Graph.FindCycles()));

    [Fact]
    public void Folders_DependOnLowerOnes() => Graph.FindAgainst(Order).ShouldBeEmpty(string.Join("\n\n", Graph.FindAgainst(Order)));
}
