using LmDeploy.Worker.Guided.Expressions;
using LmDeploy.Worker.Guided.Networks;

namespace LmDeploy.Worker.Guided.Schemas;

/// <summary>Strings: of a length, with a pattern or in a format.</summary>
internal static class TextSchema
{
    private const string Date =
        @"(?:[1-9]\d{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))"
        + @"|(?:[1-9]\d(?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)-02-29)";

    private const string Time = @"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)";
    private const string Hex = "[0-9A-Fa-f]";
    private const string Label = "[0-9A-Za-z](?:[0-9A-Za-z-]{0,30}[0-9A-Za-z])?";
    private const string Local = "[0-9A-Za-z_%+-]{1,20}";

    private static readonly Dictionary<string, string> _formats = new(StringComparer.Ordinal)
    {
        ["date"] = Date,
        ["time"] = Time,
        ["date-time"] = $"{Date}T{Time}",
        ["uuid"] = $"{Hex}{{8}}-{Hex}{{4}}-{Hex}{{4}}-{Hex}{{4}}-{Hex}{{12}}",
        ["email"] = $@"{Local}(?:\.{Local}){{0,2}}@{Label}(?:\.{Label}){{0,3}}\.[A-Za-z]{{2,10}}",
    };

    private static readonly string[] _keywords = ["minLength", "maxLength", "pattern", "format"];

    public static Rule Make(SchemaCompiler compiler, SchemaPlace place)
    {
        var present = _keywords.Where(keyword => place.Has(keyword)).ToArray();
        if (present.Length == 0)
        {
            return compiler.Json.Text;
        }

        if (present.Length > 1 && !present.SequenceEqual(_keywords.Take(2)))
        {
            throw place.Find(present[^1])!.Value.Refuse($"{present[^1]} beside {present[0]} is not supported");
        }

        var network = compiler.Network;
        var rule = network.AddRule();
        var open = network.AddLiteral(rule.Start, "\""u8);
        var close = network.AddNode();
        network.AddBytes(close, (byte)'"', (byte)'"', rule.End);
        if (place.Find("pattern") is { } pattern)
        {
            new ExpressionWriter(network, JsonCharacters.Write).WriteSearch(open, pattern.AsText(), close);
        }
        else if (place.Find("format") is { } format)
        {
            var known = _formats.GetValueOrDefault(format.AsText())
                ?? throw format.Refuse($"the format \"{format.AsText()}\" is not supported; supported are {string.Join(", ", _formats.Keys)}");
            network.AddCall(open, compiler.Json.Matching(known), close);
        }
        else
        {
            WriteLength(compiler, place, open, close);
        }

        return rule;
    }

    private static void WriteLength(SchemaCompiler compiler, SchemaPlace place, int from, int to)
    {
        var least = place.Find("minLength")?.AsCount() ?? 0;
        var most = place.Find("maxLength")?.AsCount();
        if (least > most)
        {
            throw place.Refuse($"minLength is {least}, but maxLength is {most}");
        }

        for (var i = 0; i < (most ?? least); i++)
        {
            if (i >= least)
            {
                compiler.Network.AddEmpty(from, to);
            }

            var next = compiler.Network.AddNode();
            compiler.Network.AddCall(from, compiler.Json.Character, next);
            from = next;
        }

        if (most is null)
        {
            compiler.Network.AddCall(from, compiler.Json.Character, from);
        }

        compiler.Network.AddEmpty(from, to);
    }
}
