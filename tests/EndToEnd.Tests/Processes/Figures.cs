namespace LmDeploy.EndToEnd.Tests.Processes;

/// <summary>Times that were measured, for people to read.</summary>
internal sealed class Figures(string what)
{
    private readonly List<double> _milliseconds = [];

    public void Add(TimeSpan time) => _milliseconds.Add(time.TotalMilliseconds);

    public override string ToString()
    {
        var sorted = _milliseconds.Order().ToList();
        return sorted.Count == 0
            ? $"{what}: nothing was measured"
            : $"{what}: min {sorted[0]:0} ms, median {sorted[sorted.Count / 2]:0} ms, max {sorted[^1]:0} ms ({sorted.Count} times)";
    }
}
