using LmDeploy.Supervisor.Tests.Layers.Samples.High;
using LmDeploy.Supervisor.Tests.Layers.Samples.Low;
using LmDeploy.Supervisor.Tests.Layers.Samples.Middle;
using LmDeploy.Tests.Layers;

namespace LmDeploy.Supervisor.Tests.Layers;

public sealed class FolderGraphTests
{
    private static readonly FolderGraph Graph = FolderGraph.Read(typeof(FolderGraphTests).Assembly.Location, "LmDeploy.Supervisor.Tests.Layers.Samples");

    [Fact]
    public void Read_FindsReferencesOfBodiesMembersAndAttributes()
    {
        Graph.Folders.ShouldBe(["Apart", "High", "Low", "Middle"]);
        Graph.Edges.Select(edge => (edge.From, edge.To)).ShouldBe([("Apart", "Low"), ("High", "Middle"), ("Low", "High"), ("Middle", "Low")]);
        Graph.Edges.Single(edge => edge.From == "Low").Uses.ShouldBe([new TypeUse(typeof(Labelled).FullName!, typeof(Owner).FullName!)]);
        Graph.Edges.Single(edge => edge.From == "Middle").Uses.ShouldBe([new TypeUse(typeof(Maker).FullName!, typeof(Part).FullName!)]);
    }

    [Fact]
    public void FindCycles_HasTheFoldersThatDependOnEachOther()
    {
        var cycle = Graph.FindCycles().ShouldHaveSingleItem();

        cycle.Folders.ShouldBe(["High", "Low", "Middle"]);
        cycle.Edges.Select(edge => edge.From).ShouldBe(["High", "Low", "Middle"]);
        cycle.ToString().ShouldContain($"    {typeof(Labelled).FullName} -> {typeof(Owner).FullName}");
    }

    [Fact]
    public void FindAgainst_HasTheReferencesToLaterFolders() =>
        Graph.FindAgainst(["Low", "Middle", "High", "Apart"]).ShouldHaveSingleItem().ToString().ShouldStartWith("Low -> High\n");

    [Fact]
    public void FindAgainst_RefusesAnOrderThatLacksAFolder() =>
        Should.Throw<ArgumentException>(() => Graph.FindAgainst(["Low", "Middle", "High"])).Message.ShouldContain("Apart");
}
