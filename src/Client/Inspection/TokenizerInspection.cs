namespace LmDeploy;

/// <summary>The tokenizer of a model folder.</summary>
public sealed record TokenizerInspection
{
    /// <summary>The absolute path of the file that it was read from.</summary>
    public required string File { get; init; }

    /// <summary>The highest id and one.</summary>
    public int VocabSize { get; init; }
}
