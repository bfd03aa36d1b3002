using LmDeploy.Tests.Folders;
using System.Text.Json;
using LmDeploy.Text.Tests.Templates;
using LmDeploy.Text.Tokenization;

namespace LmDeploy.Text.Tests.Tokenization;

/// <summary>The tokenizers of released models on llama.cpp's test texts.</summary>
public sealed class RealTokenizerTests
{
    private static readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web);

    private sealed record Vector(string Text, int[] Ids);

    private sealed record Vectors(Vector[] Cases);

    [SharedTheory]
    [InlineData("gpt2")]
    [InlineData("qwen3")]
    [InlineData("mistral")]
    [InlineData("phi3")]
    [InlineData("deepseek-coder")]
    [InlineData("internlm2")]
    public void Tokenizer_AgreesWithVectors(string name)
    {
        var folder = Path.Combine(SharedData.Folder!, "tokenizers", name);
        Check(folder, ModelTokenizer.Load(folder));
    }

    [SharedTheory]
    [InlineData("mistral")]
    public void Tokenizer_AgreesWithVectorsReadFromSentencePiece(string name)
    {
        var folder = Path.Combine(SharedData.Folder!, "tokenizers", name);
        using var copy = new TemporaryFolder();
        File.Copy(Path.Combine(folder, "tokenizer.model"), Path.Combine(copy.Path, "tokenizer.model"));
        Check(folder, ModelTokenizer.Load(copy.Path));
    }

    private static void Check(string folder, ModelTokenizer tokenizer)
    {
        var vectors = JsonSerializer.Deserialize<Vectors>(File.ReadAllBytes(Path.Combine(folder, "vectors.json")), _options)!;
        foreach (var (text, ids) in vectors.Cases)
        {
            tokenizer.Encode(text, addSpecialTokens: false).ShouldBe(ids, text);
            tokenizer.Decode(ids, skipSpecialTokens: false).ShouldBe(text);
            for (var length = 0; length <= ids.Length; length++)
            {
                tokenizer.ShouldStream(ids[..length], skipSpecialTokens: true);
            }
        }
    }
}
