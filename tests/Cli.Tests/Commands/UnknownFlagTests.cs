namespace LmDeploy.Cli.Tests.Commands;

/// <summary>A mistyped flag is an error of usage, not a model.</summary>
public sealed class UnknownFlagTests : CommandTestBase
{
    [Theory]
    [InlineData("error: unknown flag --evals, did you mean --eval?\n", "compare", "/models/one", "--evals", "mine.csv")]
    [InlineData("error: unknown flag --prot, did you mean --port?\n", "serve", "/models/one", "--prot", "24002")]
    [InlineData("error: unknown flag --prot, did you mean --port?\n", "serve", "/models/one", "--prot=24002")]
    [InlineData("error: unknown flag --temprature, did you mean --temperature?\n", "run", "/models/one", "hi", "--temprature", "0.2")]
    [InlineData("error: unknown flag --max-tokens; see lmdeploy run --help.\n", "run", "/models/one", "--max-tokens", "5", "hi")]
    [InlineData("error: unknown flag --sytem, did you mean --system?\n", "chat", "/models/one", "--sytem", "hi")]
    [InlineData("error: unknown command rnu, did you mean run?\n", "rnu", "/models/one", "hi")]
    [InlineData("error: unknown command help; see lmdeploy --help.\n", "help")]
    [InlineData("error: unknown flag --colour; see lmdeploy compare --help.\n", "compare", "/models/one", "--colour", "red")]
    public async Task Flag_IsRefusedAndTheNearestIsNamed(string error, params string[] args)
    {
        (await RunAsync(args)).ShouldBe(2);
        Error.ToString().ShouldBe(error);
        Fake.Opened.ShouldBeEmpty();
    }

    [Fact]
    public async Task AfterTwoDashes_ItIsAFolder()
    {
        (await RunAsync("compare", "--", "--evals")).ShouldNotBe(2);
        Error.ToString().ShouldNotContain("unknown flag");
    }
}
