using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Tests.Output;

public sealed class ListingTests
{
    private readonly StringWriter _out = new();

    [Fact]
    public void WriteToFit_KeepsATableThatFits() =>
        Lines(["NAME", "SIZE"], [["one", "1"], ["two", "2"]])[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["NAME", "SIZE"]);

    [Fact]
    public void WriteToFit_TurnsATableThatIsTooWide()
    {
        var wide = new string('x', 30);
        var lines = Lines(["NAME", "FIRST", "SECOND", "THIRD"], [["one", wide, wide, wide]]);
        lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["NAME", "one"]);
        lines[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["THIRD", wide]);
    }

    private string[] Lines(string[] columns, string[][] rows)
    {
        // A terminal that does not know its width has 80 columns.
        Listing.WriteToFit(new Terminal(_out, _out, IsOutTerminal: true, IsErrorTerminal: true), columns, rows);
        return [.. _out.ToString().Split('\n').Where(line => line.Trim().Length > 0)];
    }
}
