using LmDeploy.Text.Tests.Tokenization;

namespace LmDeploy.Text.Tests;

/// <summary>The public decoder of streams.</summary>
public sealed class IncrementalDecoderTests
{
    private readonly Tokenizer _tokenizer = Tokenizer.Load(TestData.Golden("qwen2"));

    [Fact]
    public void Append_HoldsBackBytesUntilTheCharacterIsComplete()
    {
        var ids = _tokenizer.Encode("🦊", addSpecialTokens: false);
        ids.Length.ShouldBeGreaterThan(1, "else the test shows nothing");
        var decoder = _tokenizer.CreateDecoder();
        string.Concat(ids[..^1].Select(decoder.Append)).ShouldBeEmpty();
        decoder.Append(ids[^1]).ShouldBe("🦊");
        decoder.Flush().ShouldBeEmpty();
    }

    [Fact]
    public void Flush_ShowsWhatIsIncompleteAndStartsAnew()
    {
        var ids = _tokenizer.Encode("🦊", addSpecialTokens: false);
        var decoder = _tokenizer.CreateDecoder();
        decoder.Append(ids[0]);
        decoder.Flush().ShouldContain('\uFFFD');
        (string.Concat(ids.Select(decoder.Append)) + decoder.Flush()).ShouldBe("🦊");
    }

    [Fact]
    public void CreateDecoder_LeavesOutSpecialTokensUnlessToldOtherwise()
    {
        var special = Enumerable.Range(0, _tokenizer.VocabularySize).First(_tokenizer.IsSpecial);
        _tokenizer.TryGetToken(special, out var token).ShouldBeTrue();
        _tokenizer.CreateDecoder().Append(special).ShouldBeEmpty();
        _tokenizer.CreateDecoder(skipSpecialTokens: false).Append(special).ShouldBe(token);
    }
}
