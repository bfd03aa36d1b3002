using LmDeploy.Tests.Folders;
using LmDeploy.Text.Tests.Tokenization;

namespace LmDeploy.Text.Tests;

/// <summary>The public tokenizer.</summary>
public sealed class TokenizerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Tokenizer _tokenizer;

    public TokenizerTests()
    {
        _folder
            .With("tokenizer.json", SmallTokenizer.Create().ToJsonString())
            .With("tokenizer_config.json", """{"bos_token": "<s>", "eos_token": {"content": "</s>"}, "unk_token": "?", "pad_token": "<none>"}""");
        _tokenizer = Tokenizer.Load(_folder.Path);
    }

    public static TheoryData<string> Families => TestData.Families;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Families))]
    public void Tokenizer_AgreesWithTransformers(string family)
    {
        var tokenizer = Tokenizer.Load(TestData.Golden(family));
        foreach (var item in GoldenCases.Read(TestData.Golden(family)).Tokenize)
        {
            tokenizer.Encode(item.Text).ShouldBe(item.Ids);
            tokenizer.CountTokens(item.Text).ShouldBe(item.Ids.Length);
            tokenizer.Decode(item.Ids).ShouldBe(item.DecodedSkipSpecial);
            tokenizer.Decode(item.Ids, skipSpecialTokens: false).ShouldBe(item.Decoded);
            Stream(tokenizer, item.Ids).ShouldBe(item.DecodedSkipSpecial);
        }
    }

    [Fact]
    public void Encode_AddsSpecialTokensUnlessToldOtherwise()
    {
        _tokenizer.Encode("ab").ShouldBe([6, 3]);
        _tokenizer.Encode("ab", addSpecialTokens: false).ShouldBe([3]);
        _tokenizer.CountTokens("ab").ShouldBe(2);
        _tokenizer.CountTokens("ab", addSpecialTokens: false).ShouldBe(1);
        _tokenizer.Encode("").ShouldBe([6]);
        _tokenizer.Encode("a</s>", addSpecialTokens: false).ShouldBe([1, 7]);
    }

    [Fact]
    public void SpecialTokens_AreThoseThatTheFolderNames()
    {
        (_tokenizer.BosToken, _tokenizer.BosTokenId).ShouldBe(("<s>", 6));
        (_tokenizer.EosToken, _tokenizer.EosTokenId).ShouldBe(("</s>", 7));
        (_tokenizer.UnkToken, _tokenizer.UnkTokenId).ShouldBe(("?", 0));
        (_tokenizer.PadToken, _tokenizer.PadTokenId).ShouldBe(("<none>", null), "it is named, and no vocabulary has it");
        _tokenizer.IsSpecial(6).ShouldBeTrue();
        _tokenizer.IsSpecial(8).ShouldBeFalse();

        File.Delete(_folder.File("tokenizer_config.json"));
        var unnamed = Tokenizer.Load(_folder.Path);
        (unnamed.BosToken, unnamed.BosTokenId, unnamed.EosToken, unnamed.UnkToken, unnamed.PadToken).ShouldBe((null, null, null, null, null));
    }

    [Fact]
    public void Vocabulary_IsReadBothWays()
    {
        _tokenizer.VocabularySize.ShouldBe(9);
        for (var id = 0; id < _tokenizer.VocabularySize; id++)
        {
            _tokenizer.TryGetToken(id, out var token).ShouldBeTrue();
            _tokenizer.TryGetId(token!, out var back).ShouldBeTrue();
            back.ShouldBe(id);
        }

        _tokenizer.TryGetId("none", out var none).ShouldBeFalse();
        none.ShouldBe(0);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(9)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void Ids_OutOfRangeStandForNothing(int id)
    {
        _tokenizer.TryGetToken(id, out var token).ShouldBeFalse();
        token.ShouldBeNull();
        _tokenizer.IsSpecial(id).ShouldBeFalse();
        _tokenizer.Decode([3, id, 1]).ShouldBe("aba");
        _tokenizer.CreateDecoder().Append(id).ShouldBeEmpty();
    }

    [Fact]
    public void Decode_TakesAnySequence() => _tokenizer.Decode(Enumerable.Range(1, 3).Where(id => id != 2)).ShouldBe("aab");

    [Fact]
    public void Null_IsRefusedByName()
    {
        Should.Throw<ArgumentNullException>(() => Tokenizer.Load(null!)).ParamName.ShouldBe("folder");
        Should.Throw<ArgumentException>(() => Tokenizer.Load("")).ParamName.ShouldBe("folder");
        Should.Throw<ArgumentException>(() => Tokenizer.Load(_folder.Path + "\0")).ParamName.ShouldBe("folder");
        Should.Throw<ArgumentNullException>(() => _tokenizer.Encode(null!)).ParamName.ShouldBe("text");
        Should.Throw<ArgumentNullException>(() => _tokenizer.CountTokens(null!)).ParamName.ShouldBe("text");
        Should.Throw<ArgumentNullException>(() => _tokenizer.Decode(null!)).ParamName.ShouldBe("ids");
        Should.Throw<ArgumentNullException>(() => _tokenizer.TryGetId(null!, out _)).ParamName.ShouldBe("token");
    }

    [Fact]
    public void HalfSurrogates_AreRefusedWithTheirPlace()
    {
        var error = Should.Throw<ArgumentException>(() => _tokenizer.Encode("ab\uD83D ab"));
        error.ParamName.ShouldBe("text");
        error.Message.ShouldContain("U+D83D");
        error.Message.ShouldContain("position 2");
        Should.Throw<ArgumentException>(() => _tokenizer.CountTokens("\uDC00")).ParamName.ShouldBe("text");
    }

    [Fact]
    public void TextThatAnExpressionNeverGetsThrough_IsRefused()
    {
        _folder.With("tokenizer.json", SmallTokenizer.Create("pre_tokenizer.pattern", """{"Regex": "(?:a|b|ab)+c"}""").ToJsonString());
        var tokenizer = Tokenizer.Load(_folder.Path);
        Should.Throw<ArgumentException>(() => tokenizer.Encode(string.Concat(Enumerable.Repeat("ab", 100)) + "dc")).Message.ShouldContain("2 s");
    }

    [Fact]
    public void MissingFolder_IsAnErrorOfTheModel()
    {
        var missing = _folder.File("none");
        var error = Should.Throw<TokenizerException>(() => Tokenizer.Load(missing));
        error.File.ShouldBe(Path.Combine(missing, "tokenizer.json"));
        error.Line.ShouldBeNull();
        error.Message.ShouldContain("does not exist");
    }

    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("special_tokens_map.json")]
    [InlineData("added_tokens.json")]
    public void BrokenJson_IsReportedWithFileAndLine(string file)
    {
        _folder.With(file, "{\n  \"a\": 1,\n  \"b\" 2\n}\n");
        var error = Should.Throw<TokenizerException>(() => Tokenizer.Load(_folder.Path));
        error.File.ShouldBe(_folder.File(file));
        error.Line.ShouldBe(3);
        error.Message.ShouldStartWith($"{_folder.File(file)}: line 3: ");
        error.Message.ShouldNotContain("LineNumber");
    }

    [Fact]
    public void UnsupportedParts_AreReportedWithTheirPlace()
    {
        _folder.With("tokenizer.json", SmallTokenizer.Create("model.type", "\"CharLevel\"").ToJsonString());
        var error = Should.Throw<TokenizerException>(() => Tokenizer.Load(_folder.Path));
        error.File.ShouldBe(_folder.File("tokenizer.json"));
        error.Line.ShouldBeNull();
        error.Message.ShouldContain("CharLevel");
        error.Message.ShouldContain("Unigram");
    }

    [Fact]
    public void AddedTokensThatGrowWithoutEnd_AreAnErrorOfTheModel()
    {
        var json = SmallTokenizer.Create(
            "normalizer", """{"type": "Replace", "pattern": {"String": "x"}, "content": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}""");
        json["added_tokens"]![2]!["content"] = new string('x', 100_000);
        json["added_tokens"]![2]!["normalized"] = true;
        _folder.With("tokenizer.json", json.ToJsonString());
        Should.Throw<TokenizerException>(() => Tokenizer.Load(_folder.Path)).File.ShouldBe(_folder.File("tokenizer.json"));
    }

    [Fact]
    public void Tokenizer_IsSafeForConcurrentUse()
    {
        var text = string.Concat(Enumerable.Range(0, 2_000).Select(i => $" word{i}"));
        var tokenizer = Tokenizer.Load(TestData.Golden("qwen2"));
        var expected = Tokenizer.Load(TestData.Golden("qwen2")).Encode(text);
        Parallel.For(0, 16, _ => tokenizer.Encode(text).ShouldBe(expected));
    }

    private static string Stream(Tokenizer tokenizer, int[] ids)
    {
        var decoder = tokenizer.CreateDecoder();
        return string.Concat(ids.Select(decoder.Append)) + decoder.Flush();
    }
}
