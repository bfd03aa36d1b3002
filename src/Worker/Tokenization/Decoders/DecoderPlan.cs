namespace LmDeploy.Worker.Tokenization.Decoders;

/// <summary>How sequences are decoded. Immutable and safe for concurrent use.</summary>
/// <param name="stages">Each makes one stage.</param>
/// <param name="isByteLevel">Whether tokens are bytes in <see cref="ByteAlphabet"/>.</param>
internal sealed class DecoderPlan(IReadOnlyList<Func<IDecoderStage>> stages, bool isByteLevel)
{
    public DecoderChain Start() => new([.. stages.Select(make => make())]);

    /// <summary>
    /// What to push for an added token so that its content comes out. Hugging Face's tokenizers push the content, which
    /// for a content such as "\u00FC" comes out as a broken byte.
    /// </summary>
    public string Spell(string content) => isByteLevel ? ByteAlphabet.Encode(content) : content;
}
