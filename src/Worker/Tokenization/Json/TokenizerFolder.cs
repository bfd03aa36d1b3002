namespace LmDeploy.Worker.Tokenization.Json;

/// <summary>Finds and reads the tokenizer files of a model folder.</summary>
internal static class TokenizerFolder
{
    public static TokenizerParts Read(string folder)
    {
        var file = Path.Combine(folder, "tokenizer.json");
        using var document = JsonFile.TryParse(file)
            ?? throw TokenizerErrors.InvalidFile(file, "the file does not exist; a model folder needs a tokenizer.json");
        return TokenizerJsonReader.Read(file, document, TokenizerConfigReader.Read(folder));
    }
}
