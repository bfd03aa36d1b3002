namespace LmDeploy.Text.Tokenization.Models;

/// <summary>
/// Byte-pair encoding of text whose bytes the last step of pre-tokenization would write in <see cref="ByteAlphabet"/>: the
/// words are remembered as they are, so that one which comes again is not written anew.
/// </summary>
/// <param name="model">The model, whose vocabulary is in the alphabet.</param>
internal sealed class ByteLevelModel(BpeModel model) : IModel
{
    private readonly WordCache _words = new();

    public Vocabulary Vocabulary => model.Vocabulary;

    public void Encode(ReadOnlySpan<char> text, List<int> ids)
    {
        if (text.Length > WordCache.MaxLength)
        {
            model.Encode(ByteAlphabet.Encode(text), ids);
            return;
        }

        if (_words.TryGet(text, out var cached))
        {
            ids.AddRange(cached);
            return;
        }

        Span<char> bytes = stackalloc char[WordCache.MaxLength * ByteAlphabet.MaxBytesOfCharacter];
        var start = ids.Count;
        model.EncodeOnce(bytes[..ByteAlphabet.Encode(text, bytes)], ids);
        _words.Add(text, ids, start);
    }
}
