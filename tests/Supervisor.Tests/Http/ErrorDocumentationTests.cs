using System.Reflection;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Tests.Checkouts;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Http;

public sealed class ErrorDocumentationTests
{
    [Theory]
    [InlineData(typeof(ErrorCodes))]
    [InlineData(typeof(ApiErrorCodes))]
    public void EveryCode_IsInThePageOfErrors(Type codes)
    {
        var page = Page("errors.md");
        Codes(codes).Where(code => !page.Contains($"`{code}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(typeof(ErrorCodes))]
    [InlineData(typeof(ApiErrorCodes))]
    public void EveryCode_HasItsHeadingInTroubleshooting(Type codes)
    {
        var headings = Page("troubleshooting.md").Split('\n');
        Codes(codes).Where(code => headings.Count(line => line == $"### `{code}`") != 1).ShouldBeEmpty();
    }

    private static List<string> Codes(Type codes)
    {
        var all = codes
            .GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)
            .Where(field => field.IsLiteral)
            .Select(field => (string)field.GetRawConstantValue()!)
            .ToList();
        all.ShouldNotBeEmpty();
        return all;
    }

    private static string Page(string name) => File.ReadAllText(Checkout.File("docs", name));
}
