using LmDeploy.Tests.Folders;
using System.Text;
using CsCheck;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Text.Tests.Tokenization.Json;

public sealed class MalformedTokenizerTests
{
    [Theory]
    [InlineData("model", "null", "model")]
    [InlineData("model", "[]", "model")]
    [InlineData("model.type", "\"CharLevel\"", "CharLevel")]
    [InlineData("model.type", "7", "model.type")]
    [InlineData("model.dropout", "0.1", "model.dropout")]
    [InlineData("model.unk_token", "\"none\"", "model.unk_token")]
    [InlineData("model.fuse_unk", "\"yes\"", "model.fuse_unk")]
    [InlineData("model.vocab", "[]", "model.vocab")]
    [InlineData("model.vocab.a", "-1", "\"a\"")]
    [InlineData("model.vocab.a", "99999999999", "99999999999")]
    [InlineData("model.vocab.a", "16777216", "16777216")]
    [InlineData("model.vocab.a", "1.5", "1.5")]
    [InlineData("model.vocab.a", "\"1\"", "\"a\"")]
    [InlineData("model.vocab.a", "2", "twice")]
    [InlineData("model.merges", "{}", "model.merges")]
    [InlineData("model.merges.0", "[\"a\", \"x\"]", "\"x\"")]
    [InlineData("model.merges.0", "[\"a\", \"a\"]", "result")]
    [InlineData("model.merges.0", "[\"a\"]", "merge 0")]
    [InlineData("model.merges.0", "\"a b b\"", "merge 0")]
    [InlineData("model.merges.0", "7", "merge 0")]
    [InlineData("model.merges.0", "[1, 2]", "model.merges")]
    [InlineData("added_tokens", "{}", "added_tokens")]
    [InlineData("added_tokens.0.id", "-1", "added_tokens[0].id")]
    [InlineData("added_tokens.0.id", "3", "\"ab\"")]
    [InlineData("added_tokens.0.id", "7", "\"</s>\"")]
    [InlineData("added_tokens.0.id", "4000000000", "added_tokens[0].id")]
    [InlineData("added_tokens.0.content", "\"a\"", "\"a\"")]
    [InlineData("added_tokens.0.content", "null", "content")]
    [InlineData("added_tokens.0.lstrip", "1", "added_tokens[0].lstrip")]
    [InlineData("normalizer.type", "\"Bert2Normalizer\"", "Bert2Normalizer")]
    [InlineData("normalizer", "{}", "normalizer")]
    [InlineData("normalizer", """{"type": "Sequence", "normalizers": [{"type": "Precompiled"}]}""", "normalizer.normalizers[0]")]
    [InlineData("normalizer", """{"type": "Replace", "pattern": {}, "content": ""}""", "normalizer.pattern")]
    [InlineData("normalizer", """{"type": "Replace", "pattern": {"Regex": "("}, "content": ""}""", "normalizer.pattern.Regex")]
    [InlineData("pre_tokenizer.type", "\"UnicodeScripts\"", "UnicodeScripts")]
    [InlineData("pre_tokenizer.behavior", "\"Dropped\"", "Dropped")]
    [InlineData("pre_tokenizer.behavior", "\"1\"", "pre_tokenizer.behavior")]
    [InlineData("pre_tokenizer.pattern", """{"Regex": "\\p{Klingon}"}""", "Klingon")]
    [InlineData("pre_tokenizer", """{"type": "Metaspace", "replacement": "__"}""", "pre_tokenizer.replacement")]
    [InlineData("pre_tokenizer", """{"type": "Metaspace", "replacement": "_", "prepend_scheme": "last"}""", "last")]
    [InlineData("pre_tokenizer", """{"type": "Metaspace", "replacement": "_", "prepend_scheme": "first", "add_prefix_space": false}""", "pre_tokenizer")]
    [InlineData("post_processor.type", "\"PairProcessing\"", "PairProcessing")]
    [InlineData("post_processor.single", "[]", "post_processor")]
    [InlineData("post_processor.single.1.Sequence.id", "\"B\"", "post_processor.single[1].Sequence")]
    [InlineData("post_processor.special_tokens", "{}", "<s>")]
    [InlineData("decoder.type", "\"CTC\"", "CTC")]
    [InlineData("decoder", """{"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "ByteFallback"}]}""", "decoder.decoders[1]")]
    [InlineData("decoder", """{"type": "Strip", "content": "ab", "start": 1, "stop": 0}""", "decoder.content")]
    [InlineData("decoder", """{"type": "Strip", "content": "a", "start": -1, "stop": 0}""", "decoder.start")]
    [InlineData("model", """{"type": "Unigram", "vocab": [["a"]]}""", "model.vocab[0]")]
    [InlineData("model", """{"type": "Unigram", "vocab": [["a", -1], ["a", -2]]}""", "twice")]
    [InlineData("model", """{"type": "Unigram", "unk_id": 1, "vocab": [["a", -1]]}""", "unk_id")]
    public void Load_RefusesAndNamesThePlace(string place, string value, string expected)
    {
        var error = Should.Throw<EngineException>(() => SmallTokenizer.Load(SmallTokenizer.Create(place, value)));
        error.Code.ShouldBe("invalid_tokenizer");
        error.Subject.ShouldEndWith("tokenizer.json");
        error.Message.ShouldStartWith(error.Subject);
        error.Message.ShouldContain(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"\ud800": 0}, "merges": []}}""")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0, "a": 1}, "merges": []}}""")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["\udc00 a"]}}""")]
    public void Load_RefusesOtherFiles(string content)
    {
        using var folder = new TemporaryFolder().With("tokenizer.json", content);
        Should.Throw<EngineException>(() => ModelTokenizer.Load(folder.Path)).Code.ShouldBe("invalid_tokenizer");
    }

    [Fact]
    public void Load_RefusesDeepNesting()
    {
        var content = new StringBuilder().Insert(0, "{\"normalizer\":", 100_000).ToString();
        using var folder = new TemporaryFolder().With("tokenizer.json", content);
        Should.Throw<EngineException>(() => ModelTokenizer.Load(folder.Path)).Message.ShouldContain("64 levels");
    }

    [Fact]
    public void Load_NamesTheMissingFile()
    {
        using var folder = new TemporaryFolder();
        Should.Throw<EngineException>(() => ModelTokenizer.Load(folder.Path)).Message.ShouldContain("tokenizer.json");
    }

    [Fact]
    public void Load_OfDamagedFilesSucceedsOrFailsWithItsOwnError()
    {
        var valid = Encoding.UTF8.GetBytes(SmallTokenizer.Create().ToJsonString());
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "tokenizer.json");
        Gen.Select(Gen.Int[0, valid.Length - 1], Gen.OneOf(Gen.Byte, Gen.Char["\"0[]{}, "].Select(c => (byte)c))).Array[1, 3].Sample(
            changes =>
            {
                var damaged = valid.ToArray();
                foreach (var (position, value) in changes)
                {
                    damaged[position] = value;
                }

                File.WriteAllBytes(file, damaged);
                try
                {
                    ModelTokenizer.Load(folder.Path).Encode("ab <s> é", addSpecialTokens: true);
                }
                catch (EngineException e)
                {
                    e.Code.ShouldBe("invalid_tokenizer");
                }
            },
            iter: 2000,
            threads: 1);
    }
}
