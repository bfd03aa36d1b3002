using System.Xml.Linq;
using LmDeploy.Tests.Checkouts;

namespace LmDeploy.Models.Tests;

/// <summary>The layers of the program, as the project files have them. A reference that is not here is a decision, to be written down here with it.</summary>
public sealed class ReferenceTests
{
    private static readonly Dictionary<string, string[]> References = new()
    {
        ["Text"] = [],
        ["Models"] = ["Text"],
        ["Engine"] = ["Models"],
        ["Worker"] = ["Engine"],
        ["Hub"] = [],
        ["Supervisor"] = ["Models", "Hub"],
        ["Client"] = ["Hub"],
        ["Evaluation"] = ["Client"],
        ["Reports"] = ["Evaluation"],
        ["Cli"] = ["Evaluation", "Reports"],
        ["Tool"] = [],
        ["Runtime"] = ["Client"],
    };

    [Fact]
    public void Projects_ReferToLowerLayersAlone()
    {
        var sources = Checkout.File("src");
        var found = Directory.GetFiles(sources, "*.csproj", SearchOption.AllDirectories)
            .ToDictionary(project => Path.GetFileName(Path.GetDirectoryName(project)!), Of);
        found.Keys.ShouldBe(References.Keys, ignoreOrder: true);
        foreach (var (project, references) in References)
        {
            found[project].ShouldBe(references, ignoreOrder: true, project);
        }
    }

    [Fact]
    public void ContractsAreAllThereIsUnderProto() =>
        Directory.GetFiles(Checkout.File("proto"), "*", SearchOption.AllDirectories).ShouldAllBe(file => file.EndsWith(".proto"));

    private static IReadOnlyList<string> Of(string project) =>
        [.. XDocument.Load(project).Descendants("ProjectReference").Select(reference => reference.Attribute("Include")!.Value.Split('/')[^2])];
}
