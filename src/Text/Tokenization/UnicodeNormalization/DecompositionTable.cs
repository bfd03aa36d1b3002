using System.Globalization;

namespace LmDeploy.Text.Tokenization.UnicodeNormalization;

/// <summary>The decompositions and combining classes of Unicode, read once from the embedded table; immutable after that.</summary>
internal sealed class DecompositionTable
{
    private const string Resource = "LmDeploy.Text.Tokenization.UnicodeNormalization.Decompositions.txt";
    private const int Size = 0x30000;

    private static readonly Lazy<DecompositionTable> _instance = new(() => new DecompositionTable());

    private readonly Dictionary<int, int[]> _canonical = [];
    private readonly Dictionary<int, int[]> _compatibility = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];
    private readonly byte[] _combiningClasses = new byte[Size];
    private readonly byte[] _affected = new byte[Size];

    private DecompositionTable()
    {
        using var reader = new StreamReader(typeof(DecompositionTable).Assembly.GetManifestResourceStream(Resource)!);
        while (reader.ReadLine() is { } line)
        {
            Read(line.Split(' '));
        }

        foreach (var kind in Enum.GetValues<NormalizationKind>())
        {
            MarkAffected(kind);
        }
    }

    public static DecompositionTable Instance => _instance.Value;

    public byte CombiningClassOf(int codePoint) => codePoint < Size ? _combiningClasses[codePoint] : (byte)0;

    /// <summary>Whether a text with this code point may change by that form; without any such code point it cannot.</summary>
    public bool IsAffected(int codePoint, NormalizationKind kind) =>
        codePoint < Size && (_affected[codePoint] & Bit(kind)) != 0;

    /// <summary>Adds what the code point fully decomposes into, or itself.</summary>
    public void Decompose(int codePoint, bool compatibility, List<int> output)
    {
        if (Hangul.IsSyllable(codePoint))
        {
            Hangul.Decompose(codePoint, output);
        }
        else if (_canonical.TryGetValue(codePoint, out var parts) || (compatibility && _compatibility.TryGetValue(codePoint, out parts)))
        {
            foreach (var part in parts)
            {
                Decompose(part, compatibility, output);
            }
        }
        else
        {
            output.Add(codePoint);
        }
    }

    /// <summary>The code point that the two compose into, or null.</summary>
    public int? Compose(int first, int second) =>
        Hangul.Compose(first, second) ?? (_compositions.TryGetValue((first, second), out var composed) ? composed : null);

    private static byte Bit(NormalizationKind kind) => (byte)(1 << (int)kind);

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private void Read(string[] fields)
    {
        switch (fields[0])
        {
            case "C":
                _canonical[Hex(fields[1])] = [Hex(fields[2]), Hex(fields[3])];
                _compositions[(Hex(fields[2]), Hex(fields[3]))] = Hex(fields[1]);
                break;
            case "X":
                _canonical[Hex(fields[1])] = [.. fields[2..].Select(Hex)];
                break;
            case "K":
                _compatibility[Hex(fields[1])] = [.. fields[2..].Select(Hex)];
                break;
            case "M":
                var combiningClass = byte.Parse(fields[3], CultureInfo.InvariantCulture);
                _combiningClasses.AsSpan(Hex(fields[1])..(Hex(fields[2]) + 1)).Fill(combiningClass);
                break;
            default:
                break;
        }
    }

    private void MarkAffected(NormalizationKind kind)
    {
        var compatibility = kind is NormalizationKind.Nfkc or NormalizationKind.Nfkd;
        var composes = kind is NormalizationKind.Nfc or NormalizationKind.Nfkc;
        var seconds = _compositions.Keys.Select(pair => pair.Second).ToHashSet();
        var parts = new List<int>();
        for (var codePoint = 0; codePoint < Size; codePoint++)
        {
            parts.Clear();
            Decompose(codePoint, compatibility, parts);
            var changes = composes ? !RestoresTo(codePoint, parts) : parts.Count != 1 || parts[0] != codePoint;
            var joins = composes && (seconds.Contains(codePoint) || Hangul.IsJoining(codePoint));
            if (changes || joins || _combiningClasses[codePoint] != 0)
            {
                _affected[codePoint] |= Bit(kind);
            }
        }
    }

    private bool RestoresTo(int codePoint, List<int> parts)
    {
        if (parts.Count > 1)
        {
            CanonicalText.Compose(parts, this);
        }

        return parts.Count == 1 && parts[0] == codePoint;
    }
}
