namespace LmDeploy;

/// <summary>How the vectors of a text's tokens become one.</summary>
public enum EmbeddingPooling
{
    /// <summary>The vector of the last token, which has seen all others.</summary>
    Last,

    /// <summary>The mean of all tokens' vectors, special tokens included.</summary>
    Mean,
}
