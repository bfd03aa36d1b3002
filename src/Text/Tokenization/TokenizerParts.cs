using LmDeploy.Text.Tokenization.AddedTokens;
using LmDeploy.Text.Tokenization.Decoders;
using LmDeploy.Text.Tokenization.Models;
using LmDeploy.Text.Tokenization.Normalizers;
using LmDeploy.Text.Tokenization.PostProcessors;
using LmDeploy.Text.Tokenization.PreTokenizers;

namespace LmDeploy.Text.Tokenization;

/// <summary>What a tokenizer is made of, in the order in which a text passes through it.</summary>
internal sealed record TokenizerParts
{
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    public required INormalizer? Normalizer { get; init; }

    /// <summary>What is applied to the added tokens that are looked for in normalized text.</summary>
    public required INormalizer? AddedTokenNormalizer { get; init; }

    public required IPreTokenizer? PreTokenizer { get; init; }

    public required IModel Model { get; init; }

    public required Template Template { get; init; }

    public required DecoderPlan Decoder { get; init; }

    public required SpecialTokens SpecialTokens { get; init; }
}
