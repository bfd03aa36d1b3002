using System.Text;
using LmDeploy.Text.Guided.Expressions;
using LmDeploy.Text.Guided.Networks;

namespace LmDeploy.Text.Guided.Schemas;

/// <summary>Names that are none of others.</summary>
internal static class OtherNames
{
    /// <summary>Adds ways over the rest of a name, quotation mark included, that is none of the others. It has no escapes.</summary>
    public static void Write(NetworkBuilder network, int from, IEnumerable<string> names, int to)
    {
        var free = network.AddNode();
        PlainCharacters.Write(network, free, JsonCharacters.Unescaped, free);
        network.AddBytes(free, (byte)'"', (byte)'"', to);
        var spelled = names.Select(name => name.EnumerateRunes().ToArray()).Where(name => name.All(rune => JsonCharacters.Unescaped.Contains(rune.Value)));

        // A tree of the names: whoever leaves it is free.
        var open = new Stack<(int Node, int Length, Rune[][] Names)>([(from, 0, [.. spelled])]);
        while (open.TryPop(out var branch))
        {
            if (!branch.Names.Any(name => name.Length == branch.Length))
            {
                network.AddBytes(branch.Node, (byte)'"', (byte)'"', to);
            }

            var longer = branch.Names.Where(name => name.Length > branch.Length).GroupBy(name => name[branch.Length].Value).ToArray();
            PlainCharacters.Write(network, branch.Node, JsonCharacters.Unescaped.Except(CodePointSet.Of([.. longer.Select(group => group.Key)])), free);
            foreach (var group in longer)
            {
                var next = network.AddNode();
                PlainCharacters.Write(network, branch.Node, CodePointSet.Of(group.Key), next);
                open.Push((next, branch.Length + 1, [.. group]));
            }
        }
    }
}
