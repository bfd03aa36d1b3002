using LmDeploy.Evaluation;
using LmDeploy.Reports.Csv;
using LmDeploy.Reports.Findings;
using LmDeploy.Reports.Html;
using LmDeploy.Reports.Markdown;
using LmDeploy.Reports.Png;

namespace LmDeploy.Reports;

/// <summary>Shows what a comparison found out to people.</summary>
public static class ComparisonReport
{
    private const int LeastPixels = 100;
    private const int MostPixels = 16384;

    /// <summary>The endings that <see cref="WriteAsync"/> knows.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".html", ".md", ".csv", ".png"];

    /// <summary>Writes a report of the kind that the file's ending names, in place of a file that is there.</summary>
    /// <param name="result">What was found out.</param>
    /// <param name="path">Where to: one of <see cref="Extensions"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The ending is none of them.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static Task WriteAsync(ComparisonResult result, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".html" => File.WriteAllTextAsync(path, ToHtml(result), cancellationToken),
            ".md" => File.WriteAllTextAsync(path, ToMarkdown(result), cancellationToken),
            ".csv" => File.WriteAllTextAsync(path, ToCsv(result), cancellationToken),
            ".png" => File.WriteAllBytesAsync(path, ToPng(result), cancellationToken),
            var other => throw new ArgumentException($"A report ends with {string.Join(", ", Extensions)}, not with \"{other}\": {path}.", nameof(path)),
        };
    }

    /// <summary>
    /// One HTML page that needs nothing from elsewhere: figures with their intervals, charts, the memory of the whole run, and every question with filters.
    /// </summary>
    public static string ToHtml(ComparisonResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return HtmlReport.Write(result);
    }

    /// <summary>
    /// What the comparison says, in sentences: the best model and the next one by the first scorer, or by the judge where there is none, with the p-value;
    /// then every other significant difference. Significant are p-values below 1 - <see cref="ComparisonResult.Confidence"/>. Empty where no two models can
    /// be compared.
    /// </summary>
    /// <param name="result">What was found out.</param>
    public static IReadOnlyList<string> ToFindings(ComparisonResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return ComparisonFindings.Of(result);
    }

    /// <summary>The tables of figures, differences and receipts in Markdown.</summary>
    public static string ToMarkdown(ComparisonResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return MarkdownReport.Write(result);
    }

    /// <summary>One line a question and model (RFC 4180, UTF-8, with a header): answer, scores, tokens and times.</summary>
    public static string ToCsv(ComparisonResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return CsvReport.Write(result);
    }

    /// <summary>A picture of four charts: scores with their intervals, score against speed, latencies, and memory.</summary>
    /// <param name="result">What was found out.</param>
    /// <param name="width">In pixels, 100 to 16384. Default: 1600.</param>
    /// <param name="height">In pixels, 100 to 16384. Default: 1000.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="width"/> or <paramref name="height"/> is out of range.</exception>
    /// <exception cref="DllNotFoundException">The native library of SkiaSharp is not there.</exception>
    public static byte[] ToPng(ComparisonResult result, int width = 1600, int height = 1000)
    {
        ArgumentNullException.ThrowIfNull(result);
        CheckSize(width, nameof(width));
        CheckSize(height, nameof(height));
        return PngReport.Draw(result, width, height);
    }

    private static void CheckSize(int pixels, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pixels, LeastPixels, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pixels, MostPixels, name);
    }
}
