namespace LmDeploy.Models.Specs;

/// <summary>How the rows of a fused query, key and value projection are ordered. Separate projections are stacked as <see cref="Stacked"/>.</summary>
internal enum QkvLayout
{
    /// <summary>All queries, all keys, all values.</summary>
    Stacked,

    /// <summary>For each key-value head its query heads, its key, its value (InternLM 2).</summary>
    Grouped,
}
