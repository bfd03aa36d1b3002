using LmDeploy.Files;
using LmDeploy.Text.Tokenization.SentencePiece;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>Finds and reads the tokenizer files of a model folder.</summary>
internal static class TokenizerFolder
{
    private const string JsonName = "tokenizer.json";
    private const string SentencePieceName = "tokenizer.model";

    public static TokenizerParts Read(string folder)
    {
        var file = Path.Combine(folder, JsonName);
        using var document = JsonFile.TryParse(file);
        if (document is not null)
        {
            return TokenizerJsonReader.Read(file, document, TokenizerConfigReader.Read(folder));
        }

        var modelFile = Path.Combine(folder, SentencePieceName);
        var model = SentencePieceFile.TryRead(modelFile) ?? throw Missing(folder);
        return SentencePieceReader.Read(modelFile, model, TokenizerConfigReader.Read(folder));
    }

    /// <summary>The named tokens of <see cref="Read"/>, without reading the vocabulary where the JSON files name them.</summary>
    public static SpecialTokens ReadSpecialTokens(string folder)
    {
        var config = TokenizerConfigReader.Read(folder);
        var modelFile = Path.Combine(folder, SentencePieceName);
        return !File.Exists(Path.Combine(folder, JsonName)) && SentencePieceFile.TryRead(modelFile) is { } model
            ? SentencePieceReader.Read(modelFile, model, config).SpecialTokens
            : config.Names;
    }

    /// <returns>The file that <see cref="Read"/> reads; it can be opened.</returns>
    public static string Find(string folder)
    {
        foreach (var file in new[] { JsonName, SentencePieceName }.Select(name => Path.Combine(folder, name)))
        {
            try
            {
                ModelFile.Open(file).Dispose();
                return file;
            }
            catch (FileNotFoundException)
            {
                // The next one, then.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw TokenizerErrors.Unreadable(file, e);
            }
        }

        throw Missing(folder);
    }

    private static Exception Missing(string folder) => TokenizerErrors.InvalidFile(
        Path.Combine(folder, JsonName), $"the file does not exist; a model folder needs a {JsonName} or a SentencePiece {SentencePieceName}");
}
