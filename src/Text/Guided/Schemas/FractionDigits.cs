namespace LmDeploy.Text.Guided.Schemas;

/// <summary>Regular expressions for the digits after a point, between those of two other numbers, digit by digit.</summary>
internal static class FractionDigits
{
    /// <summary>At most so many digits.</summary>
    public const int Most = 16;

    /// <summary>Digits behind a point, at least one; null where none are between the limits.</summary>
    /// <param name="low">Null for no limit.</param>
    /// <param name="high">Null for no limit.</param>
    public static string? Pattern(FractionLimit? low, FractionLimit? high) => Next(low, high, Most);

    /// <summary>Whether a number without any more digits is between the limits.</summary>
    public static bool MayEnd(FractionLimit? low, FractionLimit? high) => low?.IsBelowOrAtZero != false && high?.IsAboveOrAtZero != false;

    private static string? Next(FractionLimit? low, FractionLimit? high, int left)
    {
        if (left == 0)
        {
            return null;
        }

        if (low is null && high is null)
        {
            return $"[0-9]{{1,{left}}}";
        }

        // Digits between those of the limits leave both behind.
        var (first, last) = (low?.Digit ?? -1, high?.Digit ?? 10);
        var parts = new List<string>();
        if (first == last)
        {
            Add(parts, first, low!.Value.Rest, high!.Value.Rest, left);
        }
        else if (first < last)
        {
            Add(parts, first, low?.Rest, null, left);
            Add(parts, last, null, high?.Rest, left);
            if (last - first > 1)
            {
                parts.Add($"[{first + 1}-{last - 1}]{(left > 1 ? $"[0-9]{{0,{left - 1}}}" : "")}");
            }
        }

        return parts.Count == 0 ? null : $"(?:{string.Join('|', parts)})";
    }

    private static void Add(List<string> parts, int digit, FractionLimit? low, FractionLimit? high, int left)
    {
        if (digit is < 0 or > 9)
        {
            return;
        }

        if (Next(low, high, left - 1) is { } more)
        {
            parts.Add($"{digit}{more}{(MayEnd(low, high) ? "?" : "")}");
        }
        else if (MayEnd(low, high))
        {
            parts.Add($"{digit}");
        }
    }
}
