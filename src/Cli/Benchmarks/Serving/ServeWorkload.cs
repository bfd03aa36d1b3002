namespace LmDeploy.Cli.Benchmarks.Serving;

/// <summary>
/// Makes requests like those of conversations: lengths of prompts and answers are drawn from log-normal distributions, and prompts are random tokens.
/// The same seed makes the same requests.
/// </summary>
/// <param name="MeanInput">Tokens of a prompt, on average, before lengths are bounded.</param>
/// <param name="MeanOutput">Tokens of an answer, likewise.</param>
/// <param name="SessionLen">The longest context; neither a prompt nor an answer takes more than half of it.</param>
/// <param name="VocabSize">Tokens are drawn from 0 to it.</param>
internal sealed record ServeWorkload(int MeanInput, int MeanOutput, int SessionLen, int VocabSize, int Seed)
{
    /// <summary>The standard deviation of the lengths' logarithms: one in six is more than 2.2 times the median.</summary>
    private const double Spread = 0.8;

    /// <summary>Requests with the lengths of this seed, and tokens that no other run has: nothing of them is in a prefix cache.</summary>
    public IReadOnlyList<ServeRequest> Draw(int requests, int run)
    {
        var lengths = new Random(Seed);
        var tokens = new Random(HashOf(Seed, run));
        return [.. Enumerable.Range(0, requests).Select(_ => new ServeRequest(Tokens(tokens, Length(lengths, MeanInput)), Length(lengths, MeanOutput)))];
    }

    /// <summary>Random arrival times with a mean rate of requests a second.</summary>
    public IReadOnlyList<TimeSpan> Arrivals(int requests, double rate)
    {
        var random = new Random(HashOf(Seed, -1));
        var seconds = 0.0;
        return [.. Enumerable.Range(0, requests).Select(_ => TimeSpan.FromSeconds(seconds += -Math.Log(1 - random.NextDouble()) / rate))];
    }

    private static int HashOf(int seed, int run) => unchecked((seed * 1_000_003) + run + 1);

    private int[] Tokens(Random random, int length)
    {
        var ids = new int[length];
        for (var i = 0; i < length; i++)
        {
            ids[i] = random.Next(VocabSize);
        }

        return ids;
    }

    private int Length(Random random, int mean)
    {
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var length = Math.Exp(Math.Log(mean) - (Spread * Spread / 2) + (Spread * normal));
        return (int)Math.Clamp(Math.Round(length), 1, Math.Max(1, SessionLen / 2));
    }
}
