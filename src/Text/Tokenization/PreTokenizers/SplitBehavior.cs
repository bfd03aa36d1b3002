namespace LmDeploy.Text.Tokenization.PreTokenizers;

/// <summary>What becomes of a match when a text is split by a pattern.</summary>
internal enum SplitBehavior
{
    /// <summary>It is dropped.</summary>
    Removed,

    /// <summary>It is a piece of its own.</summary>
    Isolated,

    /// <summary>It ends the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>It begins the piece after it.</summary>
    MergedWithNext,

    /// <summary>It forms one piece with the matches next to it.</summary>
    Contiguous,
}
