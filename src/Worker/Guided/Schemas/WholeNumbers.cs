namespace LmDeploy.Worker.Guided.Schemas;

/// <summary>Regular expressions for whole numbers between two others, digit by digit.</summary>
internal static class WholeNumbers
{
    /// <param name="least">0 or more.</param>
    /// <param name="most">No less; included.</param>
    public static string Pattern(long least, long most)
    {
        var parts = new List<string>();
        while (true)
        {
            var digits = least.ToString();
            var last = digits.Length >= 19 ? most : Math.Min(most, long.Parse(new string('9', digits.Length)));
            parts.Add(OfOneLength(digits, last.ToString()));
            if (last >= most)
            {
                return $"(?:{string.Join('|', parts)})";
            }

            least = last + 1;
        }
    }

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
