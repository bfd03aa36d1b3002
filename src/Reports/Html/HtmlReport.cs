using LmDeploy.Evaluation;

namespace LmDeploy.Reports.Html;

/// <summary>The page with its style, its scripts and the figures in it.</summary>
internal static class HtmlReport
{
    private static readonly string[] _scripts = ["dom.js", "format.js", "charts.js", "figures.js", "questions.js", "report.js"];

    public static string Write(ComparisonResult result) => Read("page.html")
        .Replace("/*style*/", Read("page.css"), StringComparison.Ordinal)
        .Replace("/*script*/", string.Concat(_scripts.Select(Read)), StringComparison.Ordinal)
        .Replace("/*data*/", ReportData.Write(result), StringComparison.Ordinal);

    private static string Read(string name)
    {
        using var reader = new StreamReader(
            typeof(HtmlReport).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not in the assembly."));
        return reader.ReadToEnd();
    }
}
