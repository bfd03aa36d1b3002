using LmDeploy.Engine.Requests;
using LmDeploy.Limits;
using LmDeploy.Tests.Golden;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Tokenization;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Generation;

/// <summary>Texts that are encoded or decoded for themselves, beyond any context.</summary>
public sealed class TextLimitTests
{
    private static readonly ModelTokenizer _tokenizer = ModelTokenizer.Load(Path.Combine(GoldenModel.Root, "qwen2"));
    private static readonly PromptEncoder _encoder = new(_tokenizer, template: null, _tokenizer.VocabularySize);

    [Fact]
    public void Text_OfTheLongestLength_IsEncoded() => Encode(TextLimits.MostEncoded).Ids.Length.ShouldBeGreaterThan(0);

    [Fact]
    public void Text_ThatIsLonger_IsRefused()
    {
        var refusal = Should.Throw<EngineException>(() => Encode(TextLimits.MostEncoded + 1));

        refusal.Code.ShouldBe(ErrorCodes.InvalidRequest);
        refusal.Message.ShouldBe("The text has 4194305 characters; at most 4194304 are encoded at once.");
    }

    [Fact]
    public void Ids_ThatMakeALongerText_AreRefused()
    {
        var ids = _tokenizer.Encode("abc def", addSpecialTokens: false);

        _tokenizer.Decode(ids, skipSpecialTokens: false, mostCharacters: 7).ShouldBe("abc def");
        var refusal = Should.Throw<EngineException>(() => _tokenizer.Decode(ids, skipSpecialTokens: false, mostCharacters: 6));

        refusal.Code.ShouldBe(ErrorCodes.InvalidRequest);
        refusal.Message.ShouldContain("make a text of more than 6 characters");
    }

    private static EncodedPrompt Encode(int length) => _encoder.Encode(new Prompt { Raw = true, Text = new string(' ', length) }, CancellationToken.None);
}
