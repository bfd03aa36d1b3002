using LmDeploy.Evaluation;
using ScottPlot;

namespace LmDeploy.Reports.Png;

/// <summary>Four charts in one picture.</summary>
internal static class PngReport
{
    private const int Columns = 2;

    /// <summary>Of Okabe and Ito: told apart by people who see few colours.</summary>
    private static readonly string[] _colors = ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#8B6F00", "#666666"];

    public static byte[] Draw(ComparisonResult result, int width, int height)
    {
        var plots = new Multiplot();
        plots.AddPlots(4);
        plots.Layout = new ScottPlot.MultiplotLayouts.Grid(2, Columns);
        DrawScores(plots.GetPlot(0), result);
        DrawSpeed(plots.GetPlot(1), result);
        DrawLatencies(plots.GetPlot(2), result);
        DrawMemory(plots.GetPlot(3), result);
        return plots.Render(width, height).GetImageBytes(ImageFormat.Png);
    }

    private static Color ColorOf(int model) => Color.FromHex(_colors[model % _colors.Length]);

    /// <summary>The interval of a metric above its bar. Its parts are named: the library's order of them is easily mistaken.</summary>
    internal static ScottPlot.Plottables.ErrorBar ErrorBarOf(int position, Metric metric) => new(
        [position], [metric.Value], xErrorsNegative: [0], xErrorsPositive: [0],
        yErrorsNegative: [metric.Value - metric.Interval.Low], yErrorsPositive: [metric.Interval.High - metric.Value]) { Color = Colors.Black };

    private static void DrawScores(Plot plot, ComparisonResult result)
    {
        var scorer = result.Scorers.Count > 0 ? result.Scorers[0] : null;
        plot.Title(scorer is null ? "No scores" : $"{scorer} on {result.Dataset}, {result.Confidence:0.##%} intervals");
        for (var i = 0; scorer is not null && i < result.Models.Count; i++)
        {
            if (result.Models[i].Metrics.GetValueOrDefault(scorer) is { } metric && !double.IsNaN(metric.Value))
            {
                var bar = plot.Add.Bar(i, metric.Value);
                bar.Color = ColorOf(i);
                plot.Add.Plottable(ErrorBarOf(i, metric));
            }
        }

        plot.Axes.Bottom.SetTicks([.. Enumerable.Range(0, result.Models.Count).Select(i => (double)i)], [.. result.Models.Select(model => model.Name)]);
        plot.Axes.Margins(bottom: 0);
    }

    private static void DrawSpeed(Plot plot, ComparisonResult result)
    {
        var scorer = result.Scorers.Count > 0 ? result.Scorers[0] : null;
        plot.Title("Score against speed");
        plot.XLabel("tokens per second");
        plot.YLabel(scorer ?? "");
        for (var i = 0; i < result.Models.Count; i++)
        {
            if (result.Models[i] is { Speed: { } speed } model
                && scorer is not null
                && model.Metrics.TryGetValue(scorer, out var metric)
                && double.IsFinite(speed.TokensPerSecond)
                && double.IsFinite(metric.Value))
            {
                plot.Add.Marker(speed.TokensPerSecond, metric.Value, size: 14, color: ColorOf(i)).LegendText = model.Name;
            }
        }

        plot.ShowLegend(Edge.Right);
    }

    private static void DrawLatencies(Plot plot, ComparisonResult result)
    {
        plot.Title("Latency: share of the answers that had ended");
        plot.XLabel("seconds after asking all at once");
        plot.YLabel("share");
        for (var i = 0; i < result.Models.Count; i++)
        {
            double[] times = [.. result.Models[i].Items.Where(item => item.Latency is not null).Select(item => item.Latency!.Value.TotalSeconds).Order()];
            if (times.Length > 0)
            {
                var line = plot.Add.Scatter(times, [.. Enumerable.Range(1, times.Length).Select(rank => rank / (double)times.Length)], ColorOf(i));
                line.MarkerSize = 0;
                line.LineWidth = 2;
                line.LegendText = result.Models[i].Name;
            }
        }

        plot.ShowLegend(Edge.Right);
    }

    private static void DrawMemory(Plot plot, ComparisonResult result)
    {
        const double Mebibyte = 1 << 20;
        plot.Title("Memory that workers hold");
        plot.XLabel("seconds since the start");
        plot.YLabel("MiB");
        double[] times = [.. result.Memory.Select(sample => sample.Elapsed.TotalSeconds)];
        for (var i = 0; i < result.Models.Count && times.Length > 0; i++)
        {
            var line = plot.Add.Scatter(
                times, [.. result.Memory.Select(sample => sample.HeldBytes.GetValueOrDefault(result.Models[i].Name) / Mebibyte)], ColorOf(i));
            line.MarkerSize = 0;
            line.LineWidth = 2;
            line.LegendText = result.Models[i].Name;
        }

        plot.ShowLegend(Edge.Right);
    }
}
