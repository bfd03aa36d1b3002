using LmDeploy.V1;

namespace LmDeploy.Cli.Tests.Commands;

public sealed class EmbedCommandTests : CommandTestBase
{
    [Fact]
    public async Task Embed_WritesALineForEachInput()
    {
        var input = Write("i.jsonl", """{"id":1,"text":"ab"}""", """{"id":2,"prompt":"!"}""", """{"id":3}""");
        (await RunAsync("embed", "model", "--input", input)).ShouldBe(1);
        var lines = Out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[0].ShouldBe("""{"id":1,"embedding":[48.5,49],"input_token_len":2,"error":null}""");
        lines[1].ShouldContain(""""embedding":[],"input_token_len":0,"error":{"code":"context_length_exceeded"""");
        lines[2].ShouldContain("exactly one of");
    }

    [Theory]
    [InlineData(new[] { "--pooling", "mean", "--no-normalize" }, true, false)]
    [InlineData(new[] { "--pooling", "last", "--normalize" }, false, true)]
    public async Task Embed_HasFlagsForItsOptions(string[] flags, bool isMean, bool normalize)
    {
        V1.EmbeddingOptions? sent = null;
        Fake.OnEmbed = request =>
        {
            sent = request.Options;
            return FakeModel.Embed(request);
        };
        (await RunAsync(["embed", "model", "--input", Write("i.jsonl", """{"text":"a"}"""), "--dimensions", "3", .. flags])).ShouldBe(0);
        sent.ShouldBe(new V1.EmbeddingOptions { Pooling = isMean ? Pooling.Mean : Pooling.Last, Normalize = normalize, Dimensions = 3 });
    }

    [Theory]
    [InlineData("--normalize", "--no-normalize")]
    [InlineData("--dimensions", "0")]
    [InlineData("--pooling", "max")]
    public async Task Embed_RefusesBadFlags(params string[] flags) =>
        (await RunAsync(["embed", "model", "--input", Write("i.jsonl", """{"text":"a"}"""), .. flags])).ShouldBe(2);
}
