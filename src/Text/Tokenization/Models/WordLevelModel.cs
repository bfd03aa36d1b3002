namespace LmDeploy.Text.Tokenization.Models;

/// <summary>A token for each word as a whole.</summary>
/// <param name="unknownId">Null where the vocabulary has none: then an unknown word is an error.</param>
internal sealed class WordLevelModel(Vocabulary vocabulary, int? unknownId) : IModel
{
    public Vocabulary Vocabulary => vocabulary;

    public void Encode(ReadOnlySpan<char> text, List<int> ids)
    {
        if (text.Length > 0)
        {
            ids.Add(vocabulary.TryGetId(text, out var id)
                ? id
                : unknownId ?? throw TokenizerErrors.InvalidText($"\"{text}\" has no token and the tokenizer has no unknown token"));
        }
    }
}
