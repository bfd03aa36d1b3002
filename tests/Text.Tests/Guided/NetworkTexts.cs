using System.Text;
using CsCheck;
using LmDeploy.Text.Guided.Networks;

namespace LmDeploy.Text.Tests.Guided;

/// <summary>Texts that a network matches.</summary>
internal static class NetworkTexts
{
    public static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    public static bool Matches(this Network network, string text)
    {
        var state = NetworkState.StartOf(network);
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            if (state.Step(value) is not { } next)
            {
                return false;
            }

            // From every state an end can be reached.
            (next.IsAccepting || next.CanGoOn).ShouldBeTrue();
            state = next;
        }

        return state.IsAccepting;
    }

    /// <summary>A text that the network matches, or null when it has become too long.</summary>
    public static string? Draw(this Network network, Random random, int mostBytes)
    {
        var bytes = new List<byte>();
        var state = NetworkState.StartOf(network);
        while (!state.IsAccepting || (state.CanGoOn && random.Next(8) > 0))
        {
            if (bytes.Count >= mostBytes)
            {
                return null;
            }

            var next = Enumerable.Range(0, 256).Select(value => (Value: (byte)value, State: state.Step((byte)value)))
                .Where(step => step.State is not null).ToArray();
            next.ShouldNotBeEmpty();

            // What ends something comes more often than it would by chance.
            var ends = next.Where(step => step.Value is (byte)'"' or (byte)'}' or (byte)']').ToArray();
            var (value, chosen) = ends.Length > 0 && random.Next(4) == 0 ? ends[random.Next(ends.Length)] : next[random.Next(next.Length)];
            bytes.Add(value);
            state = chosen!;
        }

        return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString([.. bytes]);
    }
}
