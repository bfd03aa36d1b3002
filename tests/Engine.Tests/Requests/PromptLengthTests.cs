using LmDeploy.Engine.Requests;
using LmDeploy.Tests.Golden;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Tokenization;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Requests;

public sealed class PromptLengthTests
{
    private const int SessionLen = 128;

    private static readonly ModelTokenizer _tokenizer = ModelTokenizer.Load(Path.Combine(GoldenModel.Root, "qwen2"));

    [Fact]
    public void Text_FarTooLong_IsRefusedByItsBeginning()
    {
        var refusal = Should.Throw<EngineException>(() => PromptLength.CheckText(Words(100_000), SessionLen, _tokenizer));

        refusal.Code.ShouldBe(ErrorCodes.ContextLengthExceeded);
        refusal.Message.ShouldStartWith($"The first {4096 + (16 * SessionLen)} of ");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void Text_ThatMayFit_IsLeftToItsEncoding(int words) => Should.NotThrow(() => PromptLength.CheckText(Words(words), SessionLen, _tokenizer));

    [Fact]
    public void Messages_MoreThanTheContextHasTokens_AreRefused()
    {
        Should.Throw<EngineException>(() => PromptLength.CheckMessages(Messages(SessionLen + 1), SessionLen)).Code.ShouldBe(ErrorCodes.ContextLengthExceeded);
        Should.NotThrow(() => PromptLength.CheckMessages(Messages(SessionLen), SessionLen));
        Should.NotThrow(() => PromptLength.CheckMessages(new string('[', 100_000), SessionLen), "what is no JSON is told where it is read");
    }

    private static string Words(int count) => string.Join(' ', Enumerable.Range(0, count).Select(i => $"word{i}"));

    private static string Messages(int count) => $"[{string.Join(',', Enumerable.Repeat("""{"role":"user","content":"a"}""", count))}]";
}
