namespace LmDeploy.EndToEnd.Tests.Processes;

/// <summary>
/// Random choices that can be repeated: the seed is printed, and LMDEPLOY_SEED sets it. Not thread-safe; <see cref="Fork"/> gives each thread its own.
/// </summary>
internal sealed class Chance
{
    private readonly Random _random;

    public Chance(ITestOutputHelper output)
        : this(int.TryParse(Environment.GetEnvironmentVariable("LMDEPLOY_SEED"), out var seed) ? seed : Random.Shared.Next(), output)
    {
    }

    private Chance(int seed, ITestOutputHelper? output)
    {
        _random = new Random(seed);
        output?.WriteLine($"seed: {seed} (LMDEPLOY_SEED={seed} makes the same choices)");
    }

    public Chance Fork() => new(_random.Next(), output: null);

    /// <summary>From 0 to below a limit.</summary>
    public int Below(int limit) => _random.Next(limit);

    public long Below(long limit) => _random.NextInt64(limit);

    /// <summary>Lets a random time pass.</summary>
    public Task PauseAsync(TimeSpan longest) => Task.Delay(longest * _random.NextDouble());
}
