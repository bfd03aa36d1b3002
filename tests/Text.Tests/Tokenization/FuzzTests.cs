using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Tests.Templates;
using LmDeploy.Text.Tokenization;
using LmDeploy.Text.Tokenization.UnicodeNormalization;

namespace LmDeploy.Text.Tests.Tokenization;

/// <summary>Texts and ids that nobody would write, on every tokenizer there is: what is not refused comes back, and nothing crashes.</summary>
public sealed class FuzzTests
{
    private static readonly string[] Nasty =
    [
        "\0", "\u0001", "\u001b[0m", "\u007f", "\u0085", "\u00a0", "\u200b", "\u200d", "\u2028",
            "\ufeff", "\ufffd", "\uffff", "\u202e", "\t", "\r", "\r\n", "\n\n\n", "   ",
        "e\u0301", "\u0301\u0301", "ﬁ", "Å", "각", "각", "\U0001F468\u200D\U0001F469\u200D\U0001F467",
            "\U0010FFFF", "<0x00>", "<0xFF>", "▁", "▁▁", "Ġ", "Ċ", "'S", "'ll", "123456",
    ];

    /// <summary>What each family's special tokens look like, so that they come glued together and cut in half.</summary>
    private static readonly string[] Specials =
        ["<s>", "</s>", "<unk>", "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|eot_id|>", "<think>",
            "</think>", "<bos>", "<eos>", "<|", "|>", "<|im_", "[INST]", "<tool_call>"];

    private static readonly Gen<string> Texts = Gen.Frequency(
            (5, Gen.Int[0, 0x7F].Select(char.ConvertFromUtf32)),
            (2, Gen.Int[0x80, 0xD7FF].Select(char.ConvertFromUtf32)),
            (1, Gen.Int[0xE000, 0x10FFFF].Select(char.ConvertFromUtf32)),
            (2, Gen.Int[0, Nasty.Length - 1].Select(i => Nasty[i])),
            (2, Gen.Int[0, Specials.Length - 1].Select(i => Specials[i])))
        .Array[0, 40].Select(string.Concat);

    private static readonly Lazy<IReadOnlyDictionary<string,
        ModelTokenizer>> All = new(() => Folders().ToDictionary(folder => folder.Name, folder => ModelTokenizer.Load(folder.Path)));

    public static TheoryData<string> Names => [.. Folders().Select(folder => folder.Name)];

    /// <summary>Byte-level ones that change nothing of a text before they split it.</summary>
    public static TheoryData<string> Lossless => [.. Folders().Where(folder => IsByteLevel(folder.Path, normalizer: null)).Select(folder => folder.Name)];

    /// <summary>Byte-level ones that compose it.</summary>
    public static TheoryData<string> Composing => [.. Folders().Where(folder => IsByteLevel(folder.Path, "NFC")).Select(folder => folder.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void AnyText_IsEncodedToTokensOfTheVocabulary_AndStreamsAsItDecodes(string name)
    {
        var tokenizer = All.Value[name];
        Texts.Sample(
            text =>
            {
                var ids = tokenizer.Encode(text, addSpecialTokens: true);
                ids.ShouldAllBe(id => tokenizer.TokenOf(id) != null);
                tokenizer.ShouldStream(ids, skipSpecialTokens: false);
                tokenizer.ShouldStream(ids, skipSpecialTokens: true);
            },
            iter: 300);
    }

    [Theory]
    [MemberData(nameof(Lossless))]
    public void Lossless_GivesEveryTextBack(string name)
    {
        var tokenizer = All.Value[name];
        Texts.Sample(text => tokenizer.Decode(tokenizer.Encode(text, addSpecialTokens: false), skipSpecialTokens: false).ShouldBe(text), iter: 1000);
    }

    [Theory]
    [MemberData(nameof(Composing))]
    public void Composing_GivesEveryTextBackComposed(string name)
    {
        var tokenizer = All.Value[name];

        // Special tokens are cut out before the rest is composed, so that the end of one stays as it is: a stroke after it makes no U+226F of both.
        Texts.Where(text => !text.Contains(">\u0338", StringComparison.Ordinal)).Sample(
            text => tokenizer.Decode(tokenizer.Encode(text, addSpecialTokens: false), skipSpecialTokens: false)
                .ShouldBe(CanonicalText.Normalize(text, NormalizationKind.Nfc)),
            iter: 1000);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AnyIds_DecodeToWellFormedText_AllAtOnceAndOneByOne(string name)
    {
        var tokenizer = All.Value[name];
        Gen.Int[-2, tokenizer.VocabularySize + 2].Array[0, 60].Sample(
            ids =>
            {
                Decoding.WellFormed(tokenizer.Decode(ids, skipSpecialTokens: false));
                tokenizer.ShouldStream(ids, skipSpecialTokens: false);
                tokenizer.ShouldStream(ids, skipSpecialTokens: true);
            },
            iter: 300);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void BytesThatAreNoText_DecodeToWellFormedText(string name)
    {
        var tokenizer = All.Value[name];
        int[] bytes = [.. Enumerable.Range(0, tokenizer.VocabularySize).Where(id => tokenizer.BytesOf(id, isFirst: false) is [_])];
        bytes.Length.ShouldBeGreaterThan(100);
        Gen.Int[0, bytes.Length - 1].Select(i => bytes[i]).Array[0, 30].Sample(
            ids =>
            {
                Decoding.WellFormed(tokenizer.Decode(ids, skipSpecialTokens: false));
                tokenizer.ShouldStream(ids, skipSpecialTokens: false);
            },
            iter: 500);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void HalfASurrogatePair_IsRefusedWhereverItStands(string name)
    {
        var tokenizer = All.Value[name];
        Gen.Select(Texts, Gen.Int[0xD800, 0xDFFF], Texts).Sample(
            (before, half, after) =>
            {
                var error = Should.Throw<EngineException>(() => tokenizer.Encode($"{before}{(char)half} {after}", addSpecialTokens: true));
                error.Code.ShouldBe("invalid_request");
                error.Message.ShouldContain("half of a surrogate pair");
            },
            iter: 100);
    }

    /// <summary>Ten times the text takes about ten times the room, whatever the text; a tokenizer that were quadratic would not come to an end here.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void LongTextsOfOneKind_ComeToAnEnd(string name)
    {
        const int Length = 100_000;
        var tokenizer = All.Value[name];
        foreach (var unit in new[] { "a", " ", "\n", "1", "!", "\U0001F600", "中", "e\u0301", "<", "ab" })
        {
            tokenizer.Encode(new StringBuilder().Insert(0, unit, Length / unit.Length).ToString(), addSpecialTokens: false).ShouldNotBeEmpty();
        }
    }

    /// <summary>Those of the golden checkpoints, and those of released models where they are there.</summary>
    private static IEnumerable<(string Name, string Path)> Folders()
    {
        var golden = Directory.GetDirectories(Path.Combine(AppContext.BaseDirectory, "Golden"))
            .Where(folder => File.Exists(Path.Combine(folder, "tokenizer.json")));
        var released = SharedData.Folder is null ? [] : Directory.GetDirectories(Path.Combine(SharedData.Folder, "tokenizers"));
        return golden.Select(folder => (Path.GetFileName(folder), folder))
            .Concat(released.Select(folder => ($"released {Path.GetFileName(folder)}", folder))).Order();
    }

    private static bool IsByteLevel(string folder, string? normalizer)
    {
        var file = Path.Combine(folder, "tokenizer.json");
        var json = File.Exists(file) ? JsonNode.Parse(File.ReadAllText(file)) : null;
        var kind = json?["normalizer"] is JsonObject { } found && !(found["normalizers"] is JsonArray { Count: 0 }) ? found["type"]!.GetValue<string>() : null;
        return json?["decoder"]?["type"]?.GetValue<string>() == "ByteLevel" && kind == normalizer;
    }
}
