namespace LmDeploy.EndToEnd.Tests.Processes;

/// <summary>Times that were measured, for people to read.</summary>
internal sealed class Figures(string what)
{
    private readonly List<double> _milliseconds = [];

    public void Add(TimeSpan time) => _milliseconds.Add(time.TotalMilliseconds);

    public TimeSpan Median => TimeSpan.FromMilliseconds(_milliseconds.Order().ElementAt(_milliseconds.Count / 2));

    public override string ToString() => _milliseconds.Count == 0
        ? $"{what}: nothing was measured"
        : $"{what}: min {_milliseconds.Min():0} ms, median {Median.TotalMilliseconds:0} ms, max {_milliseconds.Max():0} ms ({_milliseconds.Count} times)";
}
