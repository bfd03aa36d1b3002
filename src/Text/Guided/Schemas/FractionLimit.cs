namespace LmDeploy.Text.Guided.Schemas;

/// <summary>What the digits after a point must not be below, or above.</summary>
/// <param name="Digits">Of the limit, without zeros at the end.</param>
/// <param name="IsExclusive">Whether they must not be equal either.</param>
internal readonly record struct FractionLimit(string Digits, bool IsExclusive)
{
    /// <summary>The first digit.</summary>
    public int Digit => Digits.Length > 0 ? Digits[0] - '0' : 0;

    /// <summary>The limit for what comes after that digit, where it is the limit's.</summary>
    public FractionLimit Rest => new(Digits.Length > 0 ? Digits[1..] : "", IsExclusive);

    /// <summary>As a lower limit, whether zero is beyond it.</summary>
    public bool IsBelowOrAtZero => Digits.Length == 0 && !IsExclusive;

    /// <summary>As an upper limit, whether zero is beyond it.</summary>
    public bool IsAboveOrAtZero => Digits.Length > 0 || !IsExclusive;

    /// <param name="number">0 or more.</param>
    public static FractionLimit Of(decimal number, bool isExclusive)
    {
        var text = number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var point = text.IndexOf('.', StringComparison.Ordinal);
        return new FractionLimit(point < 0 ? "" : text[(point + 1)..].TrimEnd('0'), isExclusive);
    }
}
