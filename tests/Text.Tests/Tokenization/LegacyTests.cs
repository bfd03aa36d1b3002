using LmDeploy.Tests.Folders;
using LmDeploy.Text.Tokenization;
using LmDeploy.Text.Tokenization.Json;
using LmDeploy.Text.Tokenization.SentencePiece;

namespace LmDeploy.Text.Tests.Tokenization;

/// <summary>The spaces that a SentencePiece model without a tokenizer.json puts before texts, as transformers' converter has it.</summary>
public sealed class LegacyTests
{
    private static readonly SentencePieceModel _model = new()
    {
        ModelType = SentencePieceModel.Bpe,
        RemoveExtraSpaces = false,
        Pieces =
        [
            new PieceEntry("<unk>", 0, PieceKind.Unknown), new PieceEntry("<s>", 0, PieceKind.Control), new PieceEntry("</s>", 0, PieceKind.Control),
            new PieceEntry("\u2581a", -1, PieceKind.Normal), new PieceEntry("a", -2, PieceKind.Normal), new PieceEntry("\u2581", -3, PieceKind.Normal),
        ],
    };

    [Theory]
    [InlineData("""{}""", "a</s>a a", new[] { 3, 2, 3, 3 })]
    [InlineData("""{"legacy": true}""", "a</s>a a", new[] { 3, 2, 3, 3 })]
    [InlineData("""{"legacy": null}""", "a</s>a a", new[] { 3, 2, 3, 3 })]
    [InlineData("""{"legacy": false}""", "a</s>a a", new[] { 3, 2, 4, 3 })]
    [InlineData("""{"legacy": false}""", "</s>a", new[] { 2, 4 })]
    [InlineData("""{"legacy": false}""", " a", new[] { 3 })]
    [InlineData("""{"legacy": false, "add_prefix_space": false}""", "a</s>a", new[] { 4, 2, 4 })]
    [InlineData("""{"add_prefix_space": false}""", "a</s>a", new[] { 4, 2, 4 })]
    public void Prefix_IsWhereTheConfigSays(string config, string text, int[] expected)
    {
        using var folder = new TemporaryFolder().With("tokenizer_config.json", config);
        var tokenizer = new ModelTokenizer(SentencePieceReader.Read("tokenizer.model", _model, TokenizerConfigReader.Read(folder.Path)));
        tokenizer.Encode(text, addSpecialTokens: false).ShouldBe(expected);
    }

    [Fact]
    public void Decode_PutsNoSpacesBetweenSpecialTokens()
    {
        using var folder = new TemporaryFolder();
        var tokenizer = new ModelTokenizer(SentencePieceReader.Read("tokenizer.model", _model, TokenizerConfigReader.Read(folder.Path)));
        tokenizer.Decode([1, 3, 4, 2, 2], skipSpecialTokens: false).ShouldBe("<s> aa</s></s>");
    }
}
