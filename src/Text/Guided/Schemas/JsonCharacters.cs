using System.Text;
using LmDeploy.Text.Guided.Expressions;
using LmDeploy.Text.Guided.Networks;

namespace LmDeploy.Text.Guided.Schemas;

/// <summary>Characters within a string of JSON: those that must be escaped are (RFC 8259, section 7), in one way each.</summary>
internal static class JsonCharacters
{
    private static readonly Dictionary<int, string> _short = new()
    {
        ['"'] = "\\\"", ['\\'] = @"\\", ['\b'] = @"\b", ['\f'] = @"\f", ['\n'] = @"\n", ['\r'] = @"\r", ['\t'] = @"\t",
    };

    private static readonly CodePointSet _escaped = CodePointSet.Of('"', '\\').Union(new CodePointSet([new CodePointRange(0, 0x1F)]));

    /// <summary>The characters that stand for themselves.</summary>
    public static CodePointSet Unescaped { get; } = _escaped.Complement();

    public static void Write(NetworkBuilder network, int from, CodePointSet set, int to)
    {
        PlainCharacters.Write(network, from, set.Intersect(Unescaped), to);
        foreach (var range in set.Intersect(_escaped).Ranges)
        {
            for (var value = range.Low; value <= range.High; value++)
            {
                network.AddEmpty(network.AddLiteral(from, Encoding.UTF8.GetBytes(_short.GetValueOrDefault(value) ?? $"\\u{value:x4}")), to);
            }
        }
    }
}
