using System.Globalization;
using LmDeploy.Evaluation;

namespace LmDeploy.Reports;

/// <summary>Figures as people read them, the same in every kind of report.</summary>
internal static class Format
{
    private const string Unknown = "-";

    public static string Score(double value) => double.IsNaN(value) ? Unknown : value.ToString("0.####", CultureInfo.InvariantCulture);

    public static string Metric(Metric? metric) => metric is null
        ? Unknown
        : string.Create(CultureInfo.InvariantCulture, $"{Score(metric.Value)} [{Score(metric.Interval.Low)}, {Score(metric.Interval.High)}]")
            + (metric.NotScored > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({metric.NotScored} of {metric.Count} not scored)") : "");

    public static string Bytes(long bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.00} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0.0} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} B"),
    };

    public static string Number(double? value, string format, string unit = "") => value is not { } number || double.IsNaN(number)
        ? Unknown
        : number.ToString(format, CultureInfo.InvariantCulture) + unit;

    public static string PValue(double p) => double.IsNaN(p) ? Unknown : p < 0.001 ? "< 0.001" : p.ToString("0.000", CultureInfo.InvariantCulture);
}
