using LmDeploy.V1;

namespace LmDeploy.Cli.Tests.Commands;

public sealed class ChatCommandTests : CommandTestBase
{
    /// <summary>The model that is there stays until it is known that another one can be loaded.</summary>
    [Fact]
    public async Task ModelThatCannotBeServed_LeavesTheOneThatIsThere()
    {
        Fake.OnInspectModel = open => new V1.ModelInspection
        {
            Model = open.Model,
            Problems = { open.Model.EndsWith("bad", StringComparison.Ordinal) ? [new Error { Code = ErrorCodes.ModelNotFound, Message = "gone" }] : [] },
        };
        Input = "first\n/model /models/bad\nsecond\n/model /models/two\nthird\n";

        (await RunAsync("chat", "/models/one")).ShouldBe(0);

        Fake.Opened.Select(open => open.Model).ShouldBe(["/models/one", "/models/two"]);
        Error.ToString().ShouldContain("error: model_not_found: gone\n");
        Error.ToString().ShouldNotContain("No model is loaded");
    }
}
