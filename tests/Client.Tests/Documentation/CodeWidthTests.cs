using LmDeploy.Tests.Checkouts;

namespace LmDeploy.Client.Tests.Documentation;

/// <summary>The width of source files. Markdown has its own test, <see cref="MarkdownTests"/>.</summary>
public sealed class CodeWidthTests
{
    private const int MostColumns = 160;

    private static readonly string[] _folders = ["src", "tests", "proto", "bench", "samples", "models"];

    private static readonly string[] _built = ["/bin/", "/obj/"];

    private static readonly string[] _endings =
        [".cs", ".proto", ".cu", ".cuh", ".props", ".targets", ".csproj", ".py", ".js", ".css", ".sh"];

    [Fact]
    public void Lines_HaveAtMost160Columns() => Sources().SelectMany(TooWide).ShouldBeEmpty($"lines with more than {MostColumns} columns");

    private static IEnumerable<string> Sources() => _folders
        .SelectMany(folder => Directory.EnumerateFiles(Checkout.File(folder), "*", SearchOption.AllDirectories))
        .Concat(Directory.EnumerateFiles(Checkout.Root))
        .Where(path => _endings.Contains(Path.GetExtension(path)) && !_built.Any(part => path.Contains(part, StringComparison.Ordinal)))
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> TooWide(string path) =>
        from line in File.ReadLines(path).Index()
        let width = line.Item.EnumerateRunes().Count()
        where width > MostColumns
        select $"{Path.GetRelativePath(Checkout.Root, path)}:{line.Index + 1} has {width} columns";
}
