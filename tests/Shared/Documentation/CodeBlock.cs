using System.Text.RegularExpressions;
using LmDeploy.Tests.Checkouts;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LmDeploy.Tests.Documentation;

/// <summary>A block of C# in a Markdown page, compiled as a reader would type it in: against the assemblies that this test can load.</summary>
internal sealed partial record CodeBlock(string Page, int Line, string Text)
{
    private static readonly Lazy<IReadOnlyList<MetadataReference>> _references = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    public static IEnumerable<CodeBlock> Of(string page)
    {
        List<string>? block = null;
        var usings = new List<string>();
        foreach (var (index, line) in File.ReadLines(Checkout.File(page)).Index())
        {
            if (block is null)
            {
                block = line.StartsWith("```csharp", StringComparison.Ordinal) ? [] : null;
            }
            else if (line.StartsWith("```", StringComparison.Ordinal))
            {
                var next = new CodeBlock(page, index + 1 - block.Count, string.Join('\n', block)) { UsingsAbove = [.. usings] };
                usings.AddRange(next.Usings);
                yield return next;
                block = null;
            }
            else
            {
                block.Add(line);
            }
        }
    }

    /// <summary>The directives of the blocks above it on the page, which a reader has by then.</summary>
    public IReadOnlyList<string> UsingsAbove { get; init; } = [];

    private IEnumerable<string> Usings => Using().Matches(Text).Select(match => match.Value.TrimEnd());

    /// <summary>What the compiler says against it, with the lines of the page.</summary>
    /// <param name="assembly">The name that the block is compiled under, which internal types may be visible to.</param>
    /// <param name="usings">The namespaces that a project has without saying so.</param>
    /// <param name="given">Declarations of what the page has explained before, as static members. Null: the block is a file of types.</param>
    public IReadOnlyList<string> Errors(string assembly, IEnumerable<string> usings, string? given)
    {
        var directives = UsingsAbove.Concat(Usings).Distinct();
        var body = Directive().Replace(Using().Replace(Text, ""), "");
        var text = string.Concat(usings.Select(name => $"global using {name};\n")) + string.Join('\n', directives) + (given is null
            ? $"\n#line {Line}\n{body}"
            : $"\ninternal static class Reader\n{{\n{given}\nprivate static async Task RunAsync()\n{{\n#line {Line}\n{body}\n#line hidden\nawait Task.CompletedTask;\n}}\n}}\n");
        var compilation = CSharpCompilation.Create(
            assembly,
            [CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Latest))],
            _references.Value,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        return
        [
            .. compilation.GetDiagnostics().Where(found => found.Severity == DiagnosticSeverity.Error)
                .Select(found => FormattableString.Invariant($"{Page}:{found.Location.GetMappedLineSpan().StartLinePosition.Line + 1}: {found.GetMessage()}")),
        ];
    }

    public override string ToString() => FormattableString.Invariant($"{Page}:{Line}");

    [GeneratedRegex(@"^using [\w.]+;[ ]*$", RegexOptions.Multiline)]
    private static partial Regex Using();

    /// <summary>Lines that only a file run by itself has.</summary>
    [GeneratedRegex("^#:.*$", RegexOptions.Multiline)]
    private static partial Regex Directive();
}
