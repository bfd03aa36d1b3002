using LmDeploy.Text.Tokenization.SentencePiece;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>Finds and reads the tokenizer files of a model folder.</summary>
internal static class TokenizerFolder
{
    public static TokenizerParts Read(string folder)
    {
        var file = Path.Combine(folder, "tokenizer.json");
        using var document = JsonFile.TryParse(file);
        if (document is not null)
        {
            return TokenizerJsonReader.Read(file, document, TokenizerConfigReader.Read(folder));
        }

        var modelFile = Path.Combine(folder, "tokenizer.model");
        var model = SentencePieceFile.TryRead(modelFile)
            ?? throw TokenizerErrors.InvalidFile(file, "the file does not exist; a model folder needs a tokenizer.json or a SentencePiece tokenizer.model");
        return SentencePieceReader.Read(modelFile, model, TokenizerConfigReader.Read(folder));
    }
}
