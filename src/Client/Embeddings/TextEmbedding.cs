namespace LmDeploy;

/// <summary>A text as a vector, or why there is none. Immutable.</summary>
public sealed record TextEmbedding
{
    /// <summary>The vector: as many numbers as the model's hidden size, or as were asked for. Empty when the text could not be embedded.</summary>
    public ReadOnlyMemory<float> Vector { get; init; }

    /// <summary>Tokens of the text, special ones included.</summary>
    public int InputTokenLen { get; init; }

    /// <summary>What kind of error it was, one of the codes in docs/errors.md; null when there was none.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>What was wrong; null when there was no error.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Compares the vectors by their numbers.</summary>
    public bool Equals(TextEmbedding? other) => other is not null
        && Vector.Span.SequenceEqual(other.Vector.Span)
        && (InputTokenLen, ErrorCode, ErrorMessage) == (other.InputTokenLen, other.ErrorCode, other.ErrorMessage);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Vector.Length, Vector.IsEmpty ? 0 : Vector.Span[0], InputTokenLen, ErrorCode, ErrorMessage);

    internal static TextEmbedding FromWire(V1.EmbeddingResult wire) => new()
    {
        Vector = wire.Vector.ToArray(),
        InputTokenLen = wire.InputTokenLen,
        ErrorCode = wire.Error?.Code,
        ErrorMessage = wire.Error?.Message,
    };
}
