using LmDeploy.Text.Tokenization.Decoders;

namespace LmDeploy.Text;

/// <summary>
/// Decodes a sequence of token ids one by one, as a model generates them. <see cref="Tokenizer.CreateDecoder"/> makes one.
/// The results of all calls, joined, are what <see cref="Tokenizer.Decode"/> returns for all the ids.
/// </summary>
/// <remarks>
/// No result ends within a character: bytes of UTF-8 are held back until the character is complete or can no longer
/// become one. One decoder serves one sequence at a time. It is not safe for concurrent use.
/// </remarks>
public sealed class IncrementalDecoder
{
    private readonly Func<int, string?> _spell;
    private readonly DecoderChain _chain;

    /// <param name="spell">The token of an id as the chain takes it; null where the id adds no text.</param>
    /// <param name="chain">The steps from tokens to text.</param>
    internal IncrementalDecoder(Func<int, string?> spell, DecoderChain chain)
    {
        _spell = spell;
        _chain = chain;
    }

    /// <summary>Adds the next id of the sequence.</summary>
    /// <param name="id">A token id. One that stands for no token adds no text.</param>
    /// <returns>The text that is final after this id; empty where more ids are needed.</returns>
    public string Append(int id) => _spell(id) is { } token ? _chain.Push(token) : "";

    /// <summary>Ends the sequence. The decoder can then decode another one.</summary>
    /// <returns>The text that was held back. An incomplete character becomes U+FFFD.</returns>
    public string Flush() => _chain.Complete();
}
