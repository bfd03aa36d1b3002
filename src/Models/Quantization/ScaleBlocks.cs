namespace LmDeploy.Models.Quantization;

/// <summary>The part of a matrix that shares a scale.</summary>
/// <param name="Rows">Of the part; the last one may have fewer.</param>
/// <param name="Columns">Of the part; the last one may have fewer.</param>
internal readonly record struct ScaleBlocks(long Rows, long Columns)
{
    /// <summary>How many scales a matrix has, by row and by column.</summary>
    public (long Rows, long Columns) CountOf(long rows, long columns) => ((rows + Rows - 1) / Rows, (columns + Columns - 1) / Columns);
}
