using LmDeploy.Tests.Folders;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Text.Tests.Tokenization.Json;

public sealed class TokenizerConfigTests
{
    [Fact]
    public void SpecialTokens_ComeFromTheConfigThenFromTheMap()
    {
        using var folder = new TemporaryFolder()
            .With("tokenizer.json", SmallTokenizer.Create().ToJsonString())
            .With("tokenizer_config.json", """{"bos_token": {"content": "<s>", "lstrip": false}, "eos_token": "</s>", "pad_token": null}""")
            .With("special_tokens_map.json", """{"bos_token": "x", "unk_token": "?"}""");
        ModelTokenizer.Load(folder.Path).SpecialTokens.ShouldBe(new SpecialTokens("<s>", "</s>", "?", null));
    }

    [Fact]
    public void SpecialTokens_AreNullWithoutConfig() =>
        SmallTokenizer.Load(SmallTokenizer.Create()).SpecialTokens.ShouldBe(new SpecialTokens(null, null, null, null));

    [Theory]
    [InlineData("""{"bos_token": "<s>", "eos_token": "</s>"}""", new[] { 6, 3 })]
    [InlineData("""{"bos_token": "<s>", "eos_token": "</s>", "add_bos_token": false}""", new[] { 3 })]
    [InlineData("""{"bos_token": "<s>", "eos_token": "</s>", "add_bos_token": true, "add_eos_token": true}""", new[] { 6, 3, 7 })]
    [InlineData("""{"bos_token": null, "add_bos_token": true}""", new[] { 3 })]
    public void Encode_AddsWhatTheConfigSays(string config, int[] expected) =>
        SmallTokenizer.Load(SmallTokenizer.Create(), config).Encode("ab", addSpecialTokens: true).ShouldBe(expected);

    [Fact]
    public void IsSpecial_HoldsForTokensThatTheConfigNames()
    {
        var tokenizer = SmallTokenizer.Load(
            SmallTokenizer.Create(), """{"eos_token": "<tool>", "pad_token": "ab", "additional_special_tokens": [" ", {"content": "none"}]}""");
        tokenizer.IsSpecial(8).ShouldBeTrue();
        tokenizer.IsSpecial(3).ShouldBeTrue();
        tokenizer.IsSpecial(4).ShouldBeTrue();
        tokenizer.IsSpecial(1).ShouldBeFalse();
        tokenizer.IdOf("none").ShouldBeNull();
        tokenizer.Encode("aab", addSpecialTokens: false).ShouldBe([1, 3]);
    }

    [Fact]
    public void Load_AddsTheTokensOfTheConfigAndOfAddedTokens()
    {
        using var folder = new TemporaryFolder()
            .With("tokenizer.json", SmallTokenizer.Create().ToJsonString())
            .With("tokenizer_config.json",
            """{"added_tokens_decoder": {"6": {"content": "<s>", "rstrip": true, "special": true}, "20": {"content": "<new>", "special": true}}}""")
            .With("added_tokens.json", """{"<more>": 21, "<new>": 20}""");
        var tokenizer = ModelTokenizer.Load(folder.Path);
        tokenizer.Encode("<s> a<new><more>", addSpecialTokens: false).ShouldBe([6, 1, 20, 21]);
        tokenizer.IsSpecial(20).ShouldBeTrue();
        tokenizer.VocabularySize.ShouldBe(22);
        tokenizer.TokenOf(19).ShouldBeNull();
    }

    [Fact]
    public void Load_LeavesOutEmptyAddedTokens_AndTakesTheLastOfThoseThatAreThereTwice()
    {
        var json = SmallTokenizer.Create();
        json["added_tokens"]!.AsArray().Add(System.Text.Json.Nodes.JsonNode.Parse("""{"id": 9, "content": "", "special": true}"""));
        json["added_tokens"]!.AsArray().Add(System.Text.Json.Nodes.JsonNode.Parse("""{"id": 12, "content": "<tool>", "rstrip": true, "special": true}"""));
        var tokenizer = SmallTokenizer.Load(json, """{"added_tokens_decoder": {"9": {"content": ""}}}""");
        tokenizer.Encode("<tool> a", addSpecialTokens: false).ShouldBe([8, 1]);
        tokenizer.IsSpecial(8).ShouldBeTrue();
        tokenizer.TokenOf(9).ShouldBeNull();
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"bos_token": 7}""")]
    [InlineData("""{"add_bos_token": "yes"}""")]
    [InlineData("""{"added_tokens_decoder": {"x": {"content": "y"}}}""")]
    [InlineData("""{"added_tokens_decoder": {"-1": {"content": "y"}}}""")]
    [InlineData("""{"added_tokens_decoder": {"3": {"content": "y"}}}""")]
    [InlineData("""{"bos_token": "none", "add_bos_token": true}""")]
    public void Load_RefusesMalformedConfigs(string config)
    {
        var error = Should.Throw<EngineException>(() => SmallTokenizer.Load(SmallTokenizer.Create(), config));
        error.Code.ShouldBe("invalid_tokenizer");
        error.Subject.ShouldEndWith("tokenizer_config.json");
    }
}
