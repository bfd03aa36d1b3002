using System.Text.RegularExpressions;
using LmDeploy.Tests.Checkouts;

namespace LmDeploy.Client.Tests.Documentation;

/// <summary>The Markdown files of the checkout.</summary>
public sealed partial class MarkdownTests
{
    private const int MostColumns = 120;

    private static readonly string[] _folders =
        ["docs", "samples", "models", "bench/results", "src/Client", "src/Evaluation", "src/Reports", "src/Runtime", "src/Text", "src/Tool"];

    private static readonly Lazy<IReadOnlyList<string>> _sources = new(() =>
    [
        .. new[] { "src", "tests", "proto", "bench", "samples" }
            .SelectMany(folder => Directory.EnumerateFiles(Checkout.File(folder), "*", SearchOption.AllDirectories))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal)),
    ]);

    public static TheoryData<string> Pages =>
    [
        .. Directory.GetFiles(Checkout.Root, "*.md")
            .Concat(_folders.SelectMany(folder => Directory.GetFiles(Checkout.File(folder), "*.md")))
            .Select(path => Path.GetRelativePath(Checkout.Root, path)),
    ];

    /// <summary>A link leads to a file of the checkout, and to a heading of it where it names one. Links to other hosts are not followed.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_LeadToSomething(string page)
    {
        foreach (var link in LinksOf(page))
        {
            var (file, anchor) = Split(page, link);
            (File.Exists(file) || Directory.Exists(file)).ShouldBeTrue($"{page} links to {link}, which is not there");
            if (anchor.Length > 0)
            {
                Anchors(file).ShouldContain(anchor, $"{page} links to {link}, but the page has no such heading");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Lines_HaveAtMost120Columns(string page) => File.ReadLines(Checkout.File(page))
        .Index().Where(
            line => line.Item.EnumerateRunes().Count() > MostColumns).Select(line => line.Index + 1).ShouldBeEmpty($"lines of {page} that are too long");

    /// <summary>A source file that a page names in backticks is there; it may be named by the end of its path.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void SourceFiles_AreThere(string page)
    {
        var named = SourceFile().Matches(File.ReadAllText(Checkout.File(page))).Select(match => match.Groups[1].Value).Distinct();

        named.Where(
            file => !_sources.Value.Any(
                source => source.EndsWith($"/{file}", StringComparison.Ordinal))).ShouldBeEmpty($"{page} names files that are not there");
    }

    [Fact]
    public void Index_ReachesEveryPage()
    {
        const string index = "docs/README.md";
        var reached = LinksOf(index).Select(link => Split(index, link).File);

        Directory.GetFiles(Checkout.File("docs"), "*.md").Except(reached).ShouldBe([Checkout.File(index)]);
    }

    private static IEnumerable<string> LinksOf(string page) => Link().Matches(File.ReadAllText(Checkout.File(page)))
        .Select(match => match.Groups[1].Value)
        .Where(link => !link.Contains("://", StringComparison.Ordinal) && !link.StartsWith("mailto:", StringComparison.Ordinal));

    private static (string File, string Anchor) Split(string page, string link)
    {
        var parts = link.Split('#', 2);
        var folder = Path.GetDirectoryName(Checkout.File(page))!;
        return (parts[0].Length > 0 ? Path.GetFullPath(Path.Combine(folder, parts[0])) : Checkout.File(page), parts.ElementAtOrDefault(1) ?? "");
    }

    /// <summary>Headings as GitHub makes anchors of them.</summary>
    private static IEnumerable<string> Anchors(string file) => Heading().Matches(File.ReadAllText(file))
        .Select(match => Dropped().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`([A-Za-z0-9_./]+\.(?:cs|cu|proto))`")]
    private static partial Regex SourceFile();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Dropped();
}
