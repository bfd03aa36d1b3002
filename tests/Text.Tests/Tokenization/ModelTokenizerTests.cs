using System.Text.RegularExpressions;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Text.Tests.Tokenization;

public sealed class ModelTokenizerTests
{
    private readonly ModelTokenizer _tokenizer = SmallTokenizer.Load(SmallTokenizer.Create());

    [Fact]
    public void Encode_AddsTheTemplateWhenAsked()
    {
        _tokenizer.Encode("ab ab", addSpecialTokens: true).ShouldBe([6, 3, 5]);
        _tokenizer.Encode("ab ab", addSpecialTokens: false).ShouldBe([3, 5]);
        _tokenizer.Encode("", addSpecialTokens: true).ShouldBe([6]);
    }

    [Fact]
    public void Encode_RecognisesSpecialTokensInTheText() =>
        _tokenizer.Encode("<s>ab</s><tool>x", addSpecialTokens: false).ShouldBe([6, 3, 7, 8, 0]);

    [Theory]
    [InlineData("ab<D800>", 2)]
    [InlineData("<DC00>", 0)]
    [InlineData("😀<D83D>", 2)]
    [InlineData("😀a<DE00>b", 3)]
    public void Encode_RefusesHalfASurrogatePair(string escaped, int position)
    {
        // Attributes cannot hold half a pair.
        var text = Regex.Replace(escaped, "<(....)>", match => ((char)Convert.ToInt32(match.Groups[1].Value, 16)).ToString());
        var error = Should.Throw<EngineException>(() => _tokenizer.Encode(text, addSpecialTokens: false));
        error.Code.ShouldBe("invalid_request");
        error.Message.ShouldContain($"position {position}");
    }

    [Fact]
    public void Decode_SkipsSpecialTokensWhenAsked()
    {
        _tokenizer.Decode([6, 3, 8, 5, 7], skipSpecialTokens: false).ShouldBe("<s>ab<tool> ab</s>");
        _tokenizer.Decode([6, 3, 8, 5, 7], skipSpecialTokens: true).ShouldBe("ab<tool> ab");
    }

    /// <summary>As the tokenizers library decodes, which has no setting for it; the slow tokenizers of transformers join such parts with spaces.</summary>
    [Fact]
    public void Decode_PutsNoSpacesBetweenAddedTokens()
    {
        int[] ids = [6, 8, 8, 3, 8, 7, 7];
        _tokenizer.Decode(ids, skipSpecialTokens: false).ShouldBe("<s><tool><tool>ab<tool></s></s>");
        var decoder = _tokenizer.CreateDecoder(skipSpecialTokens: false);
        (string.Concat(ids.Select(decoder.Append)) + decoder.Flush()).ShouldBe("<s><tool><tool>ab<tool></s></s>");
    }

    [Fact]
    public void Decode_LeavesOutIdsWithoutToken() =>
        _tokenizer.Decode([3, 9, -1, int.MaxValue, int.MinValue, 1], skipSpecialTokens: true).ShouldBe("aba");

    [Fact]
    public void CreateDecoder_CanBeUsedAgainAfterFlush()
    {
        var decoder = _tokenizer.CreateDecoder(skipSpecialTokens: true);
        for (var round = 0; round < 2; round++)
        {
            (decoder.Append(6) + decoder.Append(3) + decoder.Append(5) + decoder.Flush()).ShouldBe("ab ab");
        }
    }

    [Fact]
    public void Tokens_AreKnownByIdAndByContent()
    {
        _tokenizer.VocabularySize.ShouldBe(9);
        _tokenizer.IdOf(" ab").ShouldBe(5);
        _tokenizer.IdOf("<tool>").ShouldBe(8);
        _tokenizer.IdOf("none").ShouldBeNull();
        _tokenizer.TokenOf(3).ShouldBe("ab");
        _tokenizer.TokenOf(6).ShouldBe("<s>");
        _tokenizer.TokenOf(9).ShouldBeNull();
        _tokenizer.TokenOf(-1).ShouldBeNull();
        _tokenizer.IsSpecial(6).ShouldBeTrue();
        _tokenizer.IsSpecial(8).ShouldBeFalse();
        _tokenizer.IsSpecial(3).ShouldBeFalse();
        _tokenizer.IsSpecial(-1).ShouldBeFalse();
    }

    [Fact]
    public void Encode_FindsNormalizedTokensInNormalizedText()
    {
        var json = SmallTokenizer.Create("added_tokens.2", """{"id": 8, "content": "É", "normalized": true, "special": false}""");
        SmallTokenizer.Load(json).Encode("aE\u0301b", addSpecialTokens: false).ShouldBe([1, 8, 2]);
        json["added_tokens"]![2]!["normalized"] = false;
        SmallTokenizer.Load(json).Encode("aE\u0301b", addSpecialTokens: false).ShouldBe([1, 0, 2]);
    }

    [Fact]
    public void Encode_ReturnsTheContentOfByteLikeAddedTokensOnDecode()
    {
        var json = SmallTokenizer.Create("decoder", """{"type": "ByteLevel"}""");
        json["added_tokens"]![2]!["content"] = "ü";
        SmallTokenizer.Load(json).Decode([8], skipSpecialTokens: false).ShouldBe("ü");
    }

    [Fact]
    public void Encode_IsSafeForConcurrentUse()
    {
        var tokenizer = ModelTokenizer.Load(TestData.Golden("qwen3"));
        var items = GoldenCases.Read(TestData.Golden("qwen3")).Tokenize;
        Parallel.For(0, 400, i => tokenizer.Encode(items[i % items.Length].Text, addSpecialTokens: true).ShouldBe(items[i % items.Length].Ids));
    }
}
