using LmDeploy.Text.Tokenization;

namespace LmDeploy.Text.Tests.Tokenization;

/// <summary>What transformers answers for the golden checkpoints.</summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Families => TestData.Families;

    [Theory]
    [MemberData(nameof(Families))]
    public void Tokenizer_AgreesWithTransformers(string family) => Check(TestData.Golden(family));

    [Theory]
    [MemberData(nameof(Families))]
    public void CreateDecoder_AgreesWithDecodeAtEverySplit(string family)
    {
        var tokenizer = ModelTokenizer.Load(TestData.Golden(family));
        foreach (var ids in GoldenCases.Read(TestData.Golden(family)).Tokenize.Select(item => item.Ids))
        {
            for (var length = 0; length <= ids.Length; length++)
            {
                tokenizer.ShouldStream(ids[..length], skipSpecialTokens: true);
                tokenizer.ShouldStream(ids[..length], skipSpecialTokens: false);
            }
        }
    }

    private static void Check(string folder)
    {
        var tokenizer = ModelTokenizer.Load(folder);
        var golden = GoldenCases.Read(folder);
        foreach (var item in golden.Tokenize)
        {
            tokenizer.Encode(item.Text, addSpecialTokens: true).ShouldBe(item.Ids, item.Text);
            tokenizer.Decode(item.Ids, skipSpecialTokens: false).ShouldBe(item.Decoded);
            tokenizer.Decode(item.Ids, skipSpecialTokens: true).ShouldBe(item.DecodedSkipSpecial);
        }

        foreach (var item in golden.Chat ?? [])
        {
            tokenizer.Encode(item.Rendered, addSpecialTokens: false).ShouldBe(item.Ids, item.Rendered);
        }

        foreach (var item in golden.Prompts)
        {
            tokenizer.Encode(item.Text, addSpecialTokens: true).Take(item.InputIds.Length).ShouldBe(item.InputIds, item.Text);
            tokenizer.Decode(item.GreedyIds, skipSpecialTokens: true).ShouldBe(item.GreedyText);
        }
    }
}
