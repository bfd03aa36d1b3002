using LmDeploy.Text.Tokenization.Models;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>Reads a "model" of type WordPiece or WordLevel.</summary>
internal static class WordReader
{
    private const string DefaultUnknown = "[UNK]";
    private const string DefaultPrefix = "##";
    private const int DefaultMostCharacters = 100;
    private const int MostCharacters = 10_000;

    public static WordPieceModel ReadWordPiece(JsonPlace place)
    {
        var vocabulary = VocabularyReader.Read(place.Member("vocab"));
        var most = place.Find("max_input_chars_per_word")?.AsInt(MostCharacters) ?? DefaultMostCharacters;
        return new WordPieceModel(vocabulary, place.Text("continuing_subword_prefix") ?? DefaultPrefix, Unknown(place, vocabulary), most);
    }

    public static WordLevelModel ReadWordLevel(JsonPlace place)
    {
        var vocabulary = VocabularyReader.Read(place.Member("vocab"));
        return new WordLevelModel(vocabulary, Unknown(place, vocabulary));
    }

    /// <summary>As in Hugging Face's tokenizers a name that is no token is an error of the first unknown word.</summary>
    private static int? Unknown(JsonPlace place, Vocabulary vocabulary)
        => vocabulary.TryGetId(place.Text("unk_token") ?? DefaultUnknown, out var id) ? id : null;
}
