namespace LmDeploy.Cli.Tests.Commands;

public sealed class ScoreCommandTests : CommandTestBase
{
    [Fact]
    public async Task Score_WritesALineForEachInput()
    {
        var input = Write(
            "i.jsonl",
            """{"id":1,"prompt":"p","continuations":["ab",[65]]}""",
            """{"id":2,"prompt":"p"}""",
            """{"id":3,"input_ids":[1],"continuations":["!"]}""");
        (await RunAsync("score", "model", "--input", input, "--raw")).ShouldBe(1);
        var lines = Out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[0].ShouldBe(
            """{"id":1,"continuations":[{"logprob":-0.5,"is_greedy":true,"token_ids":[97,98],"token_logprobs":[-0.25,-0.25],"error":null},"""
            + """{"logprob":-0.25,"is_greedy":false,"token_ids":[65],"token_logprobs":[-0.25],"error":null}],"error":null}""");
        lines[1].ShouldContain("continuations is needed");
        lines[2].ShouldContain(""""logprob":null,"is_greedy":false"""");
        Error.ToString().ShouldContain("id 3: ! cannot be scored.");
    }

    [Fact]
    public async Task Score_RefusesContinuationsOfTheWrongKind()
    {
        (await RunAsync("score", "model", "--input", Write("i.jsonl", """{"prompt":"p","continuations":[1]}"""))).ShouldBe(1);
        Error.ToString().ShouldContain("each of continuations must be a string, found a number");
    }
}
