using LmDeploy.Text.Tokenization.Models;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>Reads "model".</summary>
internal static class ModelReader
{
    public static IModel Read(JsonPlace place)
    {
        // Files of before 2020 have no "type"; only BPE has merges.
        var type = place.Text("type") ?? (place.Find("merges") is null ? "" : "BPE");
        return type switch
        {
            "BPE" => BpeReader.Read(place),
            "Unigram" => UnigramReader.Read(place),
            "WordPiece" => WordReader.ReadWordPiece(place),
            "WordLevel" => WordReader.ReadWordLevel(place),
            _ => throw place.Invalid($"the model type \"{type}\" is not supported; supported are BPE, Unigram, WordPiece, WordLevel"),
        };
    }
}
