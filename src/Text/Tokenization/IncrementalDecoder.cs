using LmDeploy.Text.Tokenization.Decoders;

namespace LmDeploy.Text.Tokenization;

/// <summary>
/// Decodes a sequence id by id. All results of <see cref="Append"/> and that of <see cref="Flush"/>, joined, are what
/// <see cref="ModelTokenizer.Decode"/> returns for all the ids; none ends within a character. Not safe for concurrent use.
/// </summary>
/// <param name="spell">The token of an id as the chain takes it; null where the id adds no text.</param>
internal sealed class IncrementalDecoder(Func<int, string?> spell, DecoderChain chain)
{
    /// <summary>The text that is certain after this id; empty where more ids are needed or the id stands for no token.</summary>
    public string Append(int id) => spell(id) is { } token ? chain.Push(token) : "";

    /// <summary>Ends the sequence and returns what was held back; another sequence can follow.</summary>
    public string Flush() => chain.Complete();
}
