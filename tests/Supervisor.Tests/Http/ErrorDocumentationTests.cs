using System.Reflection;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Http;

public sealed class ErrorDocumentationTests
{
    [Theory]
    [InlineData(typeof(ErrorCodes))]
    [InlineData(typeof(ApiErrorCodes))]
    public void EveryCode_IsInThePageOfErrors(Type codes)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "LmDeploy.sln")))
        {
            folder = folder.Parent!;
        }

        var page = File.ReadAllText(Path.Combine(folder.FullName, "docs", "errors.md"));
        var all = codes.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!).ToList();
        all.ShouldNotBeEmpty();
        all.Where(code => !page.Contains($"`{code}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }
}
