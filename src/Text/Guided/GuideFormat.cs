namespace LmDeploy.Text.Guided;

/// <summary>What an answer is held to.</summary>
/// <param name="Kind">Of which kind it is.</param>
/// <param name="Source">The schema or the expression; empty where the kind says all.</param>
internal sealed record GuideFormat(GuideKind Kind, string Source = "")
{
    /// <summary>About how much memory it takes.</summary>
    public long Bytes => sizeof(char) * (long)Source.Length;
}
