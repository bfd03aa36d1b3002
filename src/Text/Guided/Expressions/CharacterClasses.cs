using System.Buffers;

namespace LmDeploy.Text.Guided.Expressions;

/// <summary>The sets of characters that have a name in regular expressions; those of ECMAScript, in ASCII.</summary>
internal static class CharacterClasses
{
    private static readonly CodePointSet _digits = new([new CodePointRange('0', '9')]);
    private static readonly CodePointSet _spaces = CodePointSet.Of(' ', '\f', '\n', '\r', '\t', '\v');
    private static readonly CodePointSet _words = new(
        [new CodePointRange('0', '9'), new CodePointRange('A', 'Z'), new CodePointRange('a', 'z'), new CodePointRange('_', '_')]);

    public static CodePointSet AllButNewLine { get; } = CodePointSet.Of('\n').Complement();

    public static SearchValues<char> NameCharacters { get; } = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

    /// <summary>What stands after the \; null for no set.</summary>
    public static CodePointSet? Named(char name) => name switch
    {
        'd' => _digits,
        'D' => _digits.Complement(),
        'w' => _words,
        'W' => _words.Complement(),
        's' => _spaces,
        'S' => _spaces.Complement(),
        'n' => CodePointSet.Of('\n'),
        'r' => CodePointSet.Of('\r'),
        't' => CodePointSet.Of('\t'),
        'f' => CodePointSet.Of('\f'),
        'v' => CodePointSet.Of('\v'),
        _ => null,
    };
}
