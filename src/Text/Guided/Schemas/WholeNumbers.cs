namespace LmDeploy.Text.Guided.Schemas;

/// <summary>Regular expressions for whole numbers between two others, digit by digit.</summary>
internal static class WholeNumbers
{
    /// <param name="least">0 or more.</param>
    /// <param name="most">No less, at most 18 digits; included.</param>
    public static string Pattern(long least, long most)
    {
        var parts = new List<string>();
        (int Least, int Most)? whole = null;
        while (least <= most)
        {
            var digits = least.ToString();
            var last = Math.Min(most, long.Parse(new string('9', digits.Length)));
            if (IsFirstOfLength(digits) && last.ToString().All(digit => digit == '9'))
            {
                // All numbers of so many digits, and of one more, and so on, are one part.
                whole = (whole?.Least ?? digits.Length, digits.Length);
            }
            else
            {
                parts.Add(OfOneLength(digits, last.ToString()));
            }

            least = last + 1;
        }

        if (whole is var (shortest, longest))
        {
            parts.Add($"[1-9][0-9]{{{shortest - 1},{longest - 1}}}");
        }

        return $"(?:{string.Join('|', parts)})";
    }

    private static bool IsFirstOfLength(string digits) => digits[0] == '1' && digits.AsSpan(1).TrimStart('0').IsEmpty;

    private static string OfOneLength(string least, string most)
    {
        if (least.Length == 0)
        {
            return "";
        }

        if (least.All(digit => digit == '0') && most.All(digit => digit == '9'))
        {
            return $"[0-9]{{{least.Length}}}";
        }

        var (low, high) = (least[0], most[0]);
        if (low == high)
        {
            return low + OfOneLength(least[1..], most[1..]);
        }

        var rest = least.Length - 1;
        var parts = new List<string> { low + OfOneLength(least[1..], new string('9', rest)), high + OfOneLength(new string('0', rest), most[1..]) };
        if (high - low > 1)
        {
            parts.Add($"[{(char)(low + 1)}-{(char)(high - 1)}][0-9]{{{rest}}}");
        }

        return $"(?:{string.Join('|', parts)})";
    }
}
