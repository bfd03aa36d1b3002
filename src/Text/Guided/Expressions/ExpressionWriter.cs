using LmDeploy.Text.Guided.Networks;

namespace LmDeploy.Text.Guided.Expressions;

/// <summary>Adds regular expressions to a network.</summary>
/// <remarks>Thompson, "Regular expression search algorithm", CACM 1968.</remarks>
internal sealed class ExpressionWriter(NetworkBuilder network, CharacterWriter characters)
{
    private const int MostPositions = 20_000;

    /// <summary>The network of a whole text that an expression matches.</summary>
    public static Network Compile(string pattern)
    {
        var network = new NetworkBuilder(MostPositions);
        var rule = network.AddRule();
        new ExpressionWriter(network, PlainCharacters.Write).Write(rule.Start, pattern, rule.End);
        return network.Build(rule);
    }

    /// <summary>Adds ways over the texts that an expression matches from their start to their end.</summary>
    public void Write(int from, string pattern, int to)
    {
        foreach (var branch in ExpressionParser.Parse(pattern))
        {
            network.AddEmpty(Write(from, branch.Node), to);
        }
    }

    /// <summary>Adds ways over the texts somewhere in which an expression matches.</summary>
    public void WriteSearch(int from, string pattern, int to)
    {
        var anything = new RepeatNode(new CharacterNode(CodePointSet.All), 0, null);
        foreach (var branch in ExpressionParser.Parse(pattern))
        {
            var node = Write(branch.IsAtStart ? from : Write(from, anything), branch.Node);
            network.AddEmpty(branch.IsAtEnd ? node : Write(node, anything), to);
        }
    }

    /// <returns>A new node behind the part, which nothing leaves yet.</returns>
    private int Write(int from, ExpressionNode node)
    {
        switch (node)
        {
            case CharacterNode character:
                var next = network.AddNode();
                characters(network, from, character.Set, next);
                return next;
            case SequenceNode { Parts.Count: > 0 } sequence:
                return sequence.Parts.Aggregate(from, Write);
            case AlternationNode alternation:
                var join = network.AddNode();
                foreach (var part in alternation.Parts)
                {
                    network.AddEmpty(Write(from, part), join);
                }

                return join;
            case RepeatNode repeat:
                return Write(from, repeat);
            default:
                return Skip(from);
        }
    }

    private int Write(int from, RepeatNode repeat)
    {
        for (var i = 0; i < repeat.Least; i++)
        {
            from = Write(from, repeat.Part);
        }

        if (repeat.Most is null)
        {
            var loop = Skip(from);
            network.AddEmpty(Write(loop, repeat.Part), loop);
            return Skip(loop);
        }

        var end = network.AddNode();
        network.AddEmpty(from, end);
        for (var i = repeat.Least; i < repeat.Most; i++)
        {
            from = Write(Skip(from), repeat.Part);
            network.AddEmpty(from, end);
        }

        return end;
    }

    private int Skip(int from)
    {
        var to = network.AddNode();
        network.AddEmpty(from, to);
        return to;
    }
}
