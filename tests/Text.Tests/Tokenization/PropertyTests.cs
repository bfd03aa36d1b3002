using CsCheck;
using LmDeploy.Text.Tokenization;
using LmDeploy.Text.Tokenization.UnicodeNormalization;

namespace LmDeploy.Text.Tests.Tokenization;

public sealed class PropertyTests
{
    private static readonly Lazy<ModelTokenizer> _llama2 = new(() => ModelTokenizer.Load(TestData.Golden("llama2")));
    private static readonly Lazy<ModelTokenizer> _llama3 = new(() => ModelTokenizer.Load(TestData.Golden("llama3")));
    private static readonly Lazy<ModelTokenizer> _qwen3 = new(() => ModelTokenizer.Load(TestData.Golden("qwen3")));

    private static readonly string[] _fragments =
        [" ", "  ", "\n", "\r\n", "'s", "<|eot_id|>", "</s>", "<think>", "e\u0301", "한국어", "😀", "\u200D", "<0x41>", "▁", "Ġ"];

    private static readonly Gen<string> _texts = Gen.Frequency(
            (6, Gen.Int[0x20, 0x7E].Select(char.ConvertFromUtf32)),
            (2, Gen.Int[0, 0xD7FF].Select(char.ConvertFromUtf32)),
            (1, Gen.Int[0xE000, 0x10FFFF].Select(char.ConvertFromUtf32)),
            (2, Gen.Int[0, _fragments.Length - 1].Select(i => _fragments[i])))
        .Array[0, 40].Select(string.Concat);

    [Fact]
    public void Decode_GivesTheTextBackFromByteLevelTokens() => _texts.Sample(text =>
        _llama3.Value.Decode(_llama3.Value.Encode(text, addSpecialTokens: false), skipSpecialTokens: false).ShouldBe(text));

    [Fact]
    public void Decode_GivesTheNormalizedTextBack() => _texts.Sample(text =>
        _qwen3.Value.Decode(_qwen3.Value.Encode(text, addSpecialTokens: false), skipSpecialTokens: false)
            .ShouldBe(CanonicalText.Normalize(text, NormalizationKind.Nfc)));

    [Fact]
    public void Encode_TakesAnyText() => _texts.Sample(text =>
        _llama2.Value.Encode(text, addSpecialTokens: true).ShouldAllBe(id => _llama2.Value.TokenOf(id) != null));

    [Fact]
    public void CreateDecoder_AgreesWithDecodeOnAnyIds()
    {
        foreach (var tokenizer in new[] { _llama2.Value, _llama3.Value, _qwen3.Value })
        {
            Gen.Int[-2, tokenizer.VocabularySize + 2].Array[0, 60].Sample(ids =>
            {
                tokenizer.ShouldStream(ids, skipSpecialTokens: true);
                tokenizer.ShouldStream(ids, skipSpecialTokens: false);
            });
        }
    }

    [Fact]
    public void CreateDecoder_AgreesWithDecodeOnBytes() => Gen.Int[3, 258].Array[0, 30].Sample(ids =>
        _llama2.Value.ShouldStream(ids, skipSpecialTokens: true));
}
