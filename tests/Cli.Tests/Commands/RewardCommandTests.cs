namespace LmDeploy.Cli.Tests.Commands;

public sealed class RewardCommandTests : CommandTestBase
{
    [Fact]
    public async Task Reward_WritesALineForEachInput()
    {
        var input = Write(
            "i.jsonl", """{"id":"a","input_ids":[65,66]}""", """{"id":"b","prompt":"!"}""", """{"id":"c","prompt":"abc","add_generation_prompt":true}""");
        (await RunAsync("reward", "model", "--input", input)).ShouldBe(1);
        Out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe([
            """{"id":"a","score":2.5,"input_token_len":2,"error":null}""",
            """{"id":"b","score":null,"input_token_len":0,"error":{"code":"unsupported_feature","message":"! has no score.","subject":""}}""",
            """{"id":"c","score":3,"input_token_len":3,"error":null}"""]);
    }
}
