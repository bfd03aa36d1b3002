using LmDeploy.Text.Guided.Expressions;
using LmDeploy.Text.Guided.Networks;

namespace LmDeploy.Text.Guided.Schemas;

/// <summary>
/// The grammar of JSON (RFC 8259), which all schemas share. There may be one space after a comma or colon and no other white space, and numbers are
/// no longer than a double needs, so that no answer goes on for ever without saying more.
/// </summary>
internal sealed class JsonRules
{
    public const string Fraction = @"(?:\.[0-9]{1,16})";
    public const string Exponent = "(?:[eE][+-]?[0-9]{1,2})";

    private const string NumberPattern = $"-?(?:0|[1-9][0-9]{{0,15}}){Fraction}?{Exponent}?";

    private const string CharacterPattern = """
        [^"\\\x00-\x1F]|\\["\\/bfnrt]|\\u(?:[0-9A-CE-Fa-ce-f][0-9A-Fa-f]{3}|[Dd][0-7][0-9A-Fa-f]{2}|[Dd][89ABab][0-9A-Fa-f]{2}\\u[Dd][C-Fc-f][0-9A-Fa-f]{2})
        """;

    private readonly NetworkBuilder _network;
    private readonly Dictionary<string, Rule> _matching = new(StringComparer.Ordinal);

    public JsonRules(NetworkBuilder network)
    {
        _network = network;
        Character = Matching(CharacterPattern);
        Text = Characters(0, null);
        Number = Matching(NumberPattern);
        Boolean = Matching("true|false");
        Null = Matching("null");
        Value = network.AddRule();
        Object = network.AddRule();
        Array = network.AddRule();
        Rule[] values = [Text, Number, Boolean, Null, Object, Array];
        foreach (var value in values)
        {
            network.AddCall(Value.Start, value, Value.End);
        }

        WriteObject();
        WriteArray();
    }

    public Rule Value { get; }

    public Rule Object { get; }

    public Rule Array { get; }

    public Rule Text { get; }

    /// <summary>One character within a string.</summary>
    public Rule Character { get; }

    public Rule Number { get; }

    public Rule Boolean { get; }

    public Rule Null { get; }

    /// <summary>The rule of the texts that a regular expression matches, one for all who ask for the same.</summary>
    public Rule Matching(string pattern) => Shared(pattern, rule => new ExpressionWriter(_network, PlainCharacters.Write).Write(rule.Start, pattern, rule.End));

    /// <summary>The rule of strings of so many characters.</summary>
    /// <param name="most">Null for any number.</param>
    public Rule Characters(int least, int? most) => Shared($"\"{least} {most}", rule =>
    {
        var close = _network.AddNode();
        _network.AddRepeat(_network.AddLiteral(rule.Start, "\""u8), Character, least, most, close);
        _network.AddBytes(close, (byte)'"', (byte)'"', rule.End);
    });

    /// <summary>The rule of strings somewhere in which a regular expression matches.</summary>
    public Rule Containing(string pattern) => Shared($"\"{pattern}\"", rule =>
    {
        var close = _network.AddNode();
        new ExpressionWriter(_network, JsonCharacters.Write).WriteSearch(_network.AddLiteral(rule.Start, "\""u8), pattern, close);
        _network.AddBytes(close, (byte)'"', (byte)'"', rule.End);
    });

    /// <summary>The rule of strings that a regular expression without characters to be escaped matches as a whole.</summary>
    public Rule Quoted(string pattern) => Matching($"\"(?:{pattern})\"");

    /// <returns>The node after a comma or colon and the space that may follow.</returns>
    public int AddSeparator(int from, ReadOnlySpan<byte> separator)
    {
        var after = _network.AddLiteral(from, separator);
        var to = _network.AddNode();
        _network.AddEmpty(after, to);
        _network.AddBytes(after, (byte)' ', (byte)' ', to);
        return to;
    }

    private Rule Shared(string key, Action<Rule> write)
    {
        if (!_matching.TryGetValue(key, out var rule))
        {
            rule = _network.AddRule();
            write(rule);
            _matching.Add(key, rule);
        }

        return rule;
    }

    private void WriteObject()
    {
        var open = _network.AddLiteral(Object.Start, "{"u8);
        var member = _network.AddNode();
        var named = _network.AddNode();
        var after = _network.AddNode();
        _network.AddBytes(open, (byte)'}', (byte)'}', Object.End);
        _network.AddEmpty(open, member);
        _network.AddCall(member, Text, named);
        _network.AddCall(AddSeparator(named, ":"u8), Value, after);
        _network.AddEmpty(AddSeparator(after, ","u8), member);
        _network.AddBytes(after, (byte)'}', (byte)'}', Object.End);
    }

    private void WriteArray()
    {
        var open = _network.AddLiteral(Array.Start, "["u8);
        var item = _network.AddNode();
        var after = _network.AddNode();
        _network.AddBytes(open, (byte)']', (byte)']', Array.End);
        _network.AddEmpty(open, item);
        _network.AddCall(item, Value, after);
        _network.AddEmpty(AddSeparator(after, ","u8), item);
        _network.AddBytes(after, (byte)']', (byte)']', Array.End);
    }
}
