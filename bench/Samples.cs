using System.Diagnostics;
using System.Globalization;

namespace LmDeploy.Bench;

/// <summary>Repeated measurements of one thing, in milliseconds unless the name says otherwise.</summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    public int Count => _values.Count;

    public double Minimum => At(0);

    public double Median => At(0.5);

    public double P90 => At(0.9);

    public double Maximum => At(1);

    /// <summary>The latest.</summary>
    public double Last => _values[^1];

    public void Add(double value) => _values.Add(value);

    /// <summary>Times what is done.</summary>
    public async Task<T> TimeAsync<T>(Func<Task<T>> action)
    {
        var watch = Stopwatch.StartNew();
        var result = await action();
        Add(watch.Elapsed.TotalMilliseconds);
        return result;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"median {Median,9:0.000}  min {Minimum,9:0.000}  p90 {P90,9:0.000}  max {Maximum,9:0.000}  n {Count}");

    private double At(double quantile)
    {
        var sorted = _values.Order().ToList();
        return sorted[(int)Math.Round(quantile * (sorted.Count - 1))];
    }
}
