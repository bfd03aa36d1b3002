using System.Text.RegularExpressions;
using LmDeploy.Tests.Checkouts;
using LmDeploy.Tests.Documentation;

namespace LmDeploy.EndToEnd.Tests.Documentation;

/// <summary>The C# of the pages for users compiles against the packages. The guide to a new family is compiled by the tests of the models.</summary>
public sealed partial class CodeBlockTests
{
    private const string OtherTests = "docs/adding-a-model.md";

    /// <summary>What the pages speak of without declaring it.</summary>
    private const string Given = """
        private static Pipeline pipe = null!;
        private static Prompt prompt = null!;
        private static int[] inputIds = [];
        private static int tokenId = 0;
        private static string[] paths = [];
        private static string folder = "";
        private static LmDeploy.Text.ChatTemplate template = null!;
        private static List<PromptMessage> chat = [];
        private static WebApplicationBuilder builder = null!;
        private static WebApplication app = null!;
        """;

    private static readonly string[] _usings =
    [
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Threading", "System.Threading.Tasks", "LmDeploy", "LmDeploy.Evaluation",
        "LmDeploy.Reports", "Microsoft.AspNetCore.Builder", "Microsoft.Extensions.AI", "Microsoft.Extensions.DependencyInjection",
    ];

    public static TheoryData<string> Pages =>
    [
        .. new[] { "", "docs", "samples", "src/Client", "src/Evaluation", "src/Reports", "src/Runtime", "src/Text", "src/Tool" }
            .SelectMany(folder => Directory.GetFiles(Checkout.File(folder), "*.md"))
            .Select(path => Path.GetRelativePath(Checkout.Root, path))
            .Where(page => page != OtherTests && CodeBlock.Of(page).Any()),
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Blocks_Compile(string page) => CodeBlock.Of(page)
        .SelectMany(block => block.Errors("Reader", _usings, Type().IsMatch(block.Text) ? null : Given)).ShouldBeEmpty();

    [Fact]
    public void Errors_NameTheLineOfThePage()
        => new CodeBlock("page.md", 7, "var x = 1;\nint y = \"text\";").Errors("Reader", _usings, Given)
            .ShouldHaveSingleItem().ShouldStartWith("page.md:8: Cannot implicitly convert type 'string' to 'int'");

    /// <summary>A block that declares types is a file of its own.</summary>
    [GeneratedRegex("^public (sealed )?class ", RegexOptions.Multiline)]
    private static partial Regex Type();
}
