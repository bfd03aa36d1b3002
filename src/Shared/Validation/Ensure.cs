using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using LmDeploy.Collections;

namespace LmDeploy.Validation;

/// <summary>Checks a setting where it is set; an error names the member, the value and the range.</summary>
internal static class Ensure
{
    public static T InRange<T>(T value, T min, T max, [CallerMemberName] string member = "")
        where T : INumber<T>
        => value >= min && value <= max ? value : throw OutOfRange(member, value, $"must be {min} to {max}");

    public static T AtLeast<T>(T value, T min, [CallerMemberName] string member = "")
        where T : INumber<T>
        => value >= min && T.IsFinite(value) ? value : throw OutOfRange(member, value, $"must be at least {min}");

    public static T? AtLeast<T>(T? value, T min, [CallerMemberName] string member = "")
        where T : struct, INumber<T>
        => value is { } number ? AtLeast(number, min, member) : null;

    public static T Positive<T>(T value, [CallerMemberName] string member = "")
        where T : INumber<T>
        => value > T.Zero && T.IsFinite(value) ? value : throw OutOfRange(member, value, "must be more than 0");

    public static TimeSpan InRange(TimeSpan value, TimeSpan min, TimeSpan max, [CallerMemberName] string member = "")
        => value >= min && value <= max ? value : throw OutOfRange(member, value, $"must be {min} to {max}");

    public static TimeSpan Positive(TimeSpan value, [CallerMemberName] string member = "")
        => value > TimeSpan.Zero && value.TotalMilliseconds <= int.MaxValue
            ? value
            : throw OutOfRange(member, value, "must be more than 0 and at most 24 days");

    public static T Defined<T>(T value, [CallerMemberName] string member = "")
        where T : struct, Enum
        => Enum.IsDefined(value) ? value : throw OutOfRange(member, value, $"must be one of {string.Join(", ", Enum.GetNames<T>())}");

    public static T NotNull<T>([NotNull] T? value, [CallerMemberName] string member = "")
        where T : class
    {
        ArgumentNullException.ThrowIfNull(value, member);
        return value;
    }

    /// <summary>A text that is not empty and has a UTF-8 form.</summary>
    public static string Sendable(string? value, [CallerMemberName] string member = "")
        => NotNull(value, member).Length == 0 ? throw new ArgumentOutOfRangeException(member, $"{member} must not hold an empty text.")
        : Utf16.IndexOfLoneSurrogate(value) >= 0 ? throw OutOfRange(member, value, "must be valid UTF-16")
        : value;

    /// <summary>Texts that are not empty and have a UTF-8 form.</summary>
    public static IReadOnlyList<string> EachSendable(IEnumerable<string> values, [CallerMemberName] string member = "")
        => Each(values, value => Sendable(value, member), member);

    public static IReadOnlyList<T> EachAtLeast<T>(IEnumerable<T> values, T min, [CallerMemberName] string member = "")
        where T : struct, INumber<T>
        => Each(values, value => AtLeast(value, min, member), member);

    private static IReadOnlyList<T> Each<T>(IEnumerable<T> values, Action<T> check, string member)
    {
        var copy = Values.Of(values, member);
        foreach (var value in copy)
        {
            check(value);
        }

        return copy;
    }

    private static ArgumentOutOfRangeException OutOfRange(string member, object value, string rule)
        => new(member, value, $"{member} {rule}, got {value}.");
}
