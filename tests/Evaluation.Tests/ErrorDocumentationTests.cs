using LmDeploy.Tests.Checkouts;

namespace LmDeploy.Evaluation.Tests;

public sealed class ErrorDocumentationTests
{
    [Theory]
    [InlineData(EvaluationErrorCodes.ScorerFailed)]
    [InlineData(LmDeployErrorCodes.InvalidRequest)]
    public void Code_IsInThePagesOfErrors(string code)
    {
        File.ReadAllText(Checkout.File("docs", "errors.md")).ShouldContain($"`{code}`");
        File.ReadAllLines(Checkout.File("docs", "troubleshooting.md")).Count(line => line == $"### `{code}`").ShouldBe(1);
    }
}
