namespace LmDeploy.Models.Weights;

/// <summary>How the rows of a tensor come in a checkpoint, beside how the parts of a decoder compute with them.</summary>
internal enum RowOrder
{
    /// <summary>The same.</summary>
    Same,

    /// <summary>For each key-value head its query heads, its key, its value, instead of all queries, all keys, all values.</summary>
    ByKeyValueHead,

    /// <summary>Gate and up in turns, instead of all gates, all ups.</summary>
    GateUpInTurns,
}
