using LmDeploy.Engine.Requests;
using LmDeploy.Tests.Golden;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Tokenization;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Requests;

public sealed class PromptEncoderTests
{
    private const int BosId = 1;

    private readonly PromptEncoder _encoder = new(ModelTokenizer.Load(Path.Combine(GoldenModel.Root, "llama2")), template: null, vocabSize: 1344);

    [Fact]
    public void Encode_PutsTheTokenizersSpecialTokensAroundATextUnlessToldNotTo()
    {
        var plain = Encode(new Prompt { Text = "Hello", Raw = true, AddSpecialTokens = false });
        plain.ShouldNotContain(BosId);
        Encode(new Prompt { Text = "Hello", Raw = true }).ShouldBe([BosId, .. plain]);
        Encode(new Prompt { Text = "Hello", Raw = true, AddSpecialTokens = true }).ShouldBe([BosId, .. plain]);
        Encode(new Prompt { Text = "Hello", AddSpecialTokens = false }).ShouldBe(plain, "without a template a text is raw");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1344)]
    public void Check_NamesTheIdThatIsNotTheModels(int id)
    {
        _encoder.Check([0, 1343]).ShouldBe([0, 1343]);
        var error = Should.Throw<EngineException>(() => _encoder.Check([1, id]));
        error.Code.ShouldBe(ErrorCodes.InvalidRequest);
        error.Message.ShouldBe($"Token id {id} at position 1 is outside the vocabulary of 1344.");
    }

    private IReadOnlyList<int> Encode(Prompt prompt) => _encoder.Encode(prompt, CancellationToken.None).Ids;
}
