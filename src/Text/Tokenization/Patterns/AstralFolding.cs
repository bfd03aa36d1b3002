using System.Buffers;
using System.Globalization;
using System.Text;

namespace LmDeploy.Text.Tokenization.Patterns;

/// <summary>
/// Replaces each code point outside the BMP by one BMP character, a stand-in, so that an expression over BMP characters cannot tell the two apart: one of the
/// same general
/// category that the expression does not name and, where the code point is in classes that name it, one that stands for nothing else. Such characters
/// themselves are replaced, too.
/// </summary>
internal sealed class AstralFolding
{
    private const int MostClasses = 64;
    private const char FirstCandidate = '\u00A1';

    // The categories of the code points that may have to be folded.
    private static readonly Lazy<UnicodeCategory[]> _astral = new(() =>
        [.. Enumerable.Range(char.MaxValue + 1, CharacterRange.All.Last - char.MaxValue).Select(CharUnicodeInfo.GetUnicodeCategory).Distinct()]);

    private static readonly Lazy<Dictionary<UnicodeCategory, char[]>> _basic = new(() => Enumerable.Range(FirstCandidate, char.MaxValue - FirstCandidate)
        .Select(value => (char)value).Where(c => !char.IsSurrogate(c)).GroupBy(CharUnicodeInfo.GetUnicodeCategory)
        .ToDictionary(same => same.Key, same => same.ToArray()));

    // Ranges that overlap are equal: those of the intervals never do.
    private static readonly Comparer<(CharacterRange Range, ulong Classes)> _byRange = Comparer<(CharacterRange Range, ulong Classes)>.Create(
        (one, two) => one.Range.Last < two.Range.First ? -1 : one.Range.First > two.Range.Last ? 1 : 0);

    private readonly Dictionary<UnicodeCategory, char> _unnamed = [];
    private readonly Dictionary<(UnicodeCategory Category, ulong Classes), char> _named = [];
    private readonly List<(CharacterRange Range, ulong Classes)> _intervals;
    private readonly SearchValues<char> _replaced;

    /// <param name="namedCharacters">The BMP characters that the expression names.</param>
    /// <param name="classes">The code points beyond the BMP that each class of it names.</param>
    /// <exception cref="FormatException">The expression names too much to tell the characters of some category apart.</exception>
    public AstralFolding(IReadOnlyList<CharacterRange> namedCharacters, IReadOnlyList<IReadOnlyList<CharacterRange>> classes)
    {
        if (classes.Count > MostClasses)
        {
            throw new FormatException(
                $"the expression has {classes.Count} classes that name characters outside the basic plane, at most {MostClasses} are supported");
        }

        var free = FreeCharacters(namedCharacters);
        foreach (var (category, characters) in free)
        {
            if (characters.MoveNext())
            {
                _unnamed.Add(category, characters.Current);
            }
        }

        _intervals = IntervalsOf(classes);
        foreach (var (range, of) in _intervals)
        {
            for (var value = range.First; value <= range.Last; value++)
            {
                var category = CharUnicodeInfo.GetUnicodeCategory(value);
                if (!_named.ContainsKey((category, of)))
                {
                    _named.Add((category, of), free.TryGetValue(category, out var characters) && characters.MoveNext()
                        ? characters.Current
                        : throw TooMany(category));
                }
            }
        }

        if (_astral.Value.FirstOrDefault(category => !_unnamed.ContainsKey(category), UnicodeCategory.Control) is var missing and not UnicodeCategory.Control)
        {
            throw TooMany(missing);
        }

        _replaced = SearchValues.Create([.. _named.Values]);
    }

    public bool IsNeeded(ReadOnlySpan<char> text) => text.ContainsAnyInRange('\uD800', '\uDFFF') || (_named.Count > 0 && text.ContainsAny(_replaced));

    /// <summary>The characters that stand for those which a class names.</summary>
    public IEnumerable<char> StandInsOf(int classNumber) => _named.Where(known => (known.Key.Classes >> classNumber & 1) != 0).Select(known => known.Value);

    /// <summary>Writes the folded text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="folded">As long as the text.</param>
    /// <param name="pairs">Gets the positions in the folded text whose character stands for two UTF-16 units.</param>
    /// <returns>The length of the folded text.</returns>
    public int Fold(ReadOnlySpan<char> text, Span<char> folded, List<int> pairs)
    {
        var (length, position) = (0, 0);
        while (position < text.Length)
        {
            var rest = text[position..];
            var same = rest.IndexOfAnyInRange('\uD800', '\uDFFF');
            same = same < 0 ? rest.Length : same;
            rest[..same].CopyTo(folded[length..]);
            if (_named.Count > 0)
            {
                ReplaceNamed(folded.Slice(length, same));
            }

            length += same;
            position += same;
            if (same < rest.Length)
            {
                Rune.DecodeFromUtf16(rest[same..], out var rune, out var units);
                if (units > 1)
                {
                    pairs.Add(length);
                }

                folded[length++] = rune.IsBmp ? (char)rune.Value : StandInOf(rune);
                position += units;
            }
        }

        return length;
    }

    private void ReplaceNamed(Span<char> folded)
    {
        while (folded.IndexOfAny(_replaced) is var at and >= 0)
        {
            folded[at] = StandInOf(new Rune(folded[at]));
            folded = folded[(at + 1)..];
        }
    }

    /// <summary>The BMP characters of each category that the expression does not name, as far as they are asked for.</summary>
    private static Dictionary<UnicodeCategory, IEnumerator<char>> FreeCharacters(IReadOnlyList<CharacterRange> named) =>
        _basic.Value.ToDictionary(category => category.Key, category => category.Value.Where(c => !named.Any(range => range.Contains(c))).GetEnumerator());

    /// <summary>The named code points, cut where the set of classes that name them changes.</summary>
    private static List<(CharacterRange Range, ulong Classes)> IntervalsOf(IReadOnlyList<IReadOnlyList<CharacterRange>> classes)
    {
        var cuts = new SortedSet<int>(classes.SelectMany(ranges => ranges).SelectMany(range => new[] { range.First, range.Last + 1 }));
        var intervals = new List<(CharacterRange, ulong)>();
        foreach (var (first, next) in cuts.Zip(cuts.Skip(1)))
        {
            var of = classes.Select((ranges, number) => ranges.Any(range => range.Contains(first)) ? 1UL << number : 0).Aggregate(0UL, (all, one) => all | one);
            if (of != 0)
            {
                intervals.Add((new CharacterRange(first, next - 1), of));
            }
        }

        return intervals;
    }

    private static FormatException TooMany(UnicodeCategory category) =>
        new($"the expression names so many characters of the category {category} that none are left to stand "
            + "for those outside the basic plane; use \\p{..} instead");

    private char StandInOf(Rune rune)
    {
        var category = Rune.GetUnicodeCategory(rune);
        var place = rune.IsBmp ? -1 : _intervals.BinarySearch((new CharacterRange(rune.Value, rune.Value), 0), _byRange);
        return place < 0 ? _unnamed[category] : _named[(category, _intervals[place].Classes)];
    }
}
