using System.IO.Compression;
using System.Text.Json;
using LmDeploy.Tests.Checkouts;
using LmDeploy.Tests.Folders;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Text.Tests.Tokenization.Tables;

/// <summary>WordPiece, WordLevel and compiled normalizers, beside what Hugging Face's tokenizers make of the same files (make_tables.py).</summary>
public sealed class TableTests
{
    private static readonly JsonSerializerOptions _options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private sealed record Row(string Text, int[] Ids, int[] Plain, string Decoded, string Shown);

    [Theory]
    [InlineData("bert")]
    [InlineData("bert-cased")]
    [InlineData("bert-accents")]
    [InlineData("wordlevel")]
    [InlineData("nmt")]
    [InlineData("precompiled")]
    public void Texts_HaveTheSameTokensAndTexts(string name)
    {
        using var folder = Unpack(name);
        var tokenizer = ModelTokenizer.Load(folder.Path);
        var rows = JsonSerializer.Deserialize<Row[]>(File.ReadAllBytes(folder.File("expected.json")), _options)!;
        rows.Length.ShouldBe(18);
        foreach (var row in rows)
        {
            tokenizer.Encode(row.Text, addSpecialTokens: true).ShouldBe(row.Ids, $"'{row.Text}'");
            tokenizer.Encode(row.Text, addSpecialTokens: false).ShouldBe(row.Plain, $"'{row.Text}'");
            tokenizer.Decode(row.Ids, skipSpecialTokens: true).ShouldBe(row.Decoded, $"'{row.Text}'");
            tokenizer.Decode(row.Ids, skipSpecialTokens: false).ShouldBe(row.Shown, $"'{row.Text}'");
        }
    }

    [Theory]
    [InlineData("\"precompiled_charsmap\":\"", "\"precompiled_charsmap\":\"%", "it is not base64")]
    [InlineData("\"precompiled_charsmap\":\"AEAA", "\"precompiled_charsmap\":\"A0AA", "whole units of 4 bytes")]
    [InlineData("\"precompiled_charsmap\":\"AEAA", "\"precompiled_charsmap\":\"AEA/", "whole units of 4 bytes")]
    public void BrokenMap_NamesItsPlace(string from, string to, string problem)
    {
        using var folder = Unpack("precompiled");
        var file = folder.File("tokenizer.json");
        var text = JsonSerializer.Serialize(JsonDocument.Parse(File.ReadAllText(file)).RootElement);
        text.ShouldContain(from);
        File.WriteAllText(file, text.Replace(from, to, StringComparison.Ordinal));
        Should.Throw<EngineException>(() => ModelTokenizer.Load(folder.Path)).Message
            .ShouldSatisfyAllConditions(message => message.ShouldContain("precompiled_charsmap"), message => message.ShouldContain(problem));
    }

    [Theory]
    [InlineData("\"cls\":[\"[CLS]\",2]", "\"cls\":[\"[CLS]\"]", "post_processor.cls: expected a token and its id")]
    [InlineData("\"max_input_chars_per_word\":100", "\"max_input_chars_per_word\":-1", "is not a whole number from 0 to 10000")]
    [InlineData("\"[PAD]\":0", "\"[PAD]\":\"0\"", "the id of \"[PAD]\" is \"0\"")]
    public void BrokenMember_NamesItsPlace(string from, string to, string problem)
    {
        using var folder = Unpack("bert");
        var file = folder.File("tokenizer.json");
        var text = JsonSerializer.Serialize(JsonDocument.Parse(File.ReadAllText(file)).RootElement);
        text.ShouldContain(from);
        File.WriteAllText(file, text.Replace(from, to, StringComparison.Ordinal));
        Should.Throw<EngineException>(() => ModelTokenizer.Load(folder.Path)).Message.ShouldContain(problem);
    }

    [Fact]
    public void UnknownWord_WithoutUnknownToken_IsAnErrorOfTheText()
    {
        using var folder = Unpack("wordlevel");
        var file = folder.File("tokenizer.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"unk_token\": \"[UNK]\"", "\"unk_token\": \"nothing\"", StringComparison.Ordinal));
        var tokenizer = ModelTokenizer.Load(folder.Path);
        tokenizer.Encode("the", addSpecialTokens: false).Length.ShouldBe(1);
        Should.Throw<EngineException>(() => tokenizer.Encode("zebra", addSpecialTokens: false)).Message.ShouldContain("\"zebra\" has no token");
    }

    private static TemporaryFolder Unpack(string name)
    {
        var folder = new TemporaryFolder();
        using var archive = ZipFile.OpenRead(Checkout.File("tests/Text.Tests/Tokenization/Tables/tables.zip"));
        foreach (var file in new[] { "tokenizer.json", "expected.json" })
        {
            archive.GetEntry($"{name}/{file}")!.ExtractToFile(folder.File(file));
        }

        return folder;
    }
}
