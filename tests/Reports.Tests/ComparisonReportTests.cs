using System.Text.Json;
using System.Text.RegularExpressions;
using LmDeploy.Evaluation;
using LmDeploy.Reports;
using LmDeploy.Reports.Png;

namespace LmDeploy.Reports.Tests;

public sealed class ComparisonReportTests
{
    private const string Hostile = "</script><img src=x onerror=alert(1)>, \"quoted\" | /*data*/";

    private static ComparisonResult Result { get; } = new()
    {
        Dataset = "sums & more",
        Scorers = ["exact"],
        Models =
        [
            Model("good", 1, "42", new Metric { Value = 1, Interval = new Interval(1, 1), Count = 1, NotScored = 0 }),
            Model("b|ad", 0, Hostile, new Metric { Value = 0.25, Interval = new Interval(0.125, 0.5), Count = 1, NotScored = 0 }),
            new ModelOutcome { Name = "gone", Path = "models/gone", Error = new ComparisonError { Code = "model_not_found", Message = "no such folder" } },
        ],
        Differences = [new ModelDifference
        {
            First = "good",
            Second = "b|ad",
            Scorer = "exact",
            Difference = new PairedDifference { Value = 0.75, Interval = new Interval(0.5, 0.875), PValue = 0.0004, Test = "mcnemar-exact" },
        }],
        Memory =
        [
            new MemorySample { Elapsed = TimeSpan.Zero, HeldBytes = new Dictionary<string, long>(), DeviceBytes = null },
            new MemorySample { Elapsed = TimeSpan.FromSeconds(1), HeldBytes = new Dictionary<string, long> { ["good"] = 1 << 20 }, DeviceBytes = null },
        ],
        Confidence = 0.95,
    };

    [Fact]
    public void NoResult_IsAnError()
    {
        Should.Throw<ArgumentNullException>(() => ComparisonReport.ToHtml(null!)).ParamName.ShouldBe("result");
        Should.Throw<ArgumentNullException>(() => ComparisonReport.ToMarkdown(null!)).ParamName.ShouldBe("result");
        Should.Throw<ArgumentNullException>(() => ComparisonReport.ToCsv(null!)).ParamName.ShouldBe("result");
        Should.Throw<ArgumentNullException>(() => ComparisonReport.ToPng(null!)).ParamName.ShouldBe("result");
    }

    [Fact]
    public void Png_HasASizeThatCanBeDrawn()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => ComparisonReport.ToPng(Result, width: 0)).ParamName.ShouldBe("width");
        Should.Throw<ArgumentOutOfRangeException>(() => ComparisonReport.ToPng(Result, height: 1_000_000)).ParamName.ShouldBe("height");
    }

    [Fact]
    public void Png_DrawsIntervalsWhereTheyAre()
    {
        var bar = PngReport.ErrorBarOf(3, new Metric { Value = 0.4, Interval = new Interval(0.3, 0.9), Count = 10, NotScored = 0 });

        bar.GetAxisLimits().Bottom.ShouldBe(0.3, 1e-9);
        bar.GetAxisLimits().Top.ShouldBe(0.9, 1e-9);
    }

    [Fact]
    public void Reports_SayWhatWasLeftOut()
    {
        var result = Result with { LeftOut = 2 };

        ComparisonReport.ToMarkdown(result).ShouldContain("question; 2 more could not be used |");
        ComparisonReport.ToHtml(result).ShouldContain("question; 2 more could not be used");
        ComparisonReport.ToMarkdown(Result).ShouldNotContain("could not be used");
    }

    /// <summary>A judge without a verdict says nothing, not that models are equally good.</summary>
    [Fact]
    public void JudgeWithoutVerdicts_HasNoProbability()
    {
        var rate = new WinRate
        {
            Value = double.NaN, Interval = new Interval(double.NaN, double.NaN), Wins = 0, Losses = 0, Ties = 0, NotJudged = 15, PValue = double.NaN,
        };
        var result = Result with { Judgements = [new ModelJudgement { First = "good", Second = "b|ad", WinRate = rate }] };

        ComparisonReport.ToMarkdown(result).ShouldContain("| - | 0 | 0 | 0 | 15 | - |");
        ComparisonReport.ToMarkdown(result).ShouldContain("P-values are not corrected for 2 comparisons.");
        Should.NotThrow(() => ComparisonReport.ToHtml(result));
    }

    [Fact]
    public void Html_IsOnePageWithTheFiguresInIt_WhateverAnswersSay()
    {
        var html = ComparisonReport.ToHtml(Result);

        Regex.Count(html, "</script>").ShouldBe(2);
        html.ShouldNotContain("<img");
        Regex.Matches(html, "<[^>]*(src|href)=|https?://(?!www.w3.org/2000/svg)").ShouldBeEmpty("nothing comes from elsewhere");
        using var data = JsonDocument.Parse(Regex.Match(html, "id=\"data\">(.*?)</script>", RegexOptions.Singleline).Groups[1].Value);
        var models = data.RootElement.GetProperty("models");
        models[1].GetProperty("metrics").GetProperty("exact").GetProperty("low").GetDouble().ShouldBe(0.125);
        models[1].GetProperty("items").GetProperty("q1").GetProperty("answers")[0].GetString().ShouldBe(Hostile);
        models[2].GetProperty("error").GetProperty("code").GetString().ShouldBe("model_not_found");
        data.RootElement.GetProperty("memory")[1].GetProperty("held").GetProperty("good").GetInt64().ShouldBe(1 << 20);
    }

    [Fact]
    public void Markdown_HasARowForEachModelAndDifference()
    {
        var text = ComparisonReport.ToMarkdown(Result);

        text.ShouldContain("| good | - | - | 1 \\[1, 1\\] |");
        text.ShouldContain("| b\\|ad | - | - | 0.25 \\[0.125, 0.5\\] |");
        text.ShouldContain("| good | b\\|ad | exact | 0.75 \\[0.5, 0.875\\] | \\< 0.001 | mcnemar-exact |");
        text.ShouldContain("**gone failed** (model_not_found): no such folder");
    }

    [Fact]
    public void Reports_CanBeCited()
    {
        var result = Result with
        {
            Title = "Sums <again>",
            Command = "lmdeploy compare good",
            Started = new DateTimeOffset(2026, 11, 30, 18, 15, 0, TimeSpan.Zero),
            Host = new ComparisonHost { Version = "1.2.3+abc", System = "Linux 6", Cpu = "CPU", Cpus = 8, Gpus = ["G", "G", "H"], Driver = "570" },
            Generation = new GenerationConfig { MaxNewTokens = 64 },
            Judge = "models/judge",
            Models = [Result.Models[0] with
            {
                Info = new ModelInfo { Architecture = "llama", Dtype = EngineDtype.BFloat16, Device = "cuda:0", LibTorch = "2.11.0", SessionLen = 4096 },
            }, .. Result.Models.Skip(1)],
        };
        (string, string)[] known =
        [
            ("Date", "2026-11-30 18:15 UTC"), ("Command", "lmdeploy compare good"), ("Program", "LmDeploy 1.2.3, commit abc"),
            ("Host", "Linux 6, 8 x CPU"), ("GPUs", "2 x G, H; driver 570"), ("libtorch", "2.11.0"), ("Dataset", "sums & more, 1 question"),
            ("Generation", "greedy, max_new_tokens 64"), ("good", "models/good, llama, bfloat16 on cuda:0, context 4096"), ("Judge", "models/judge"),
            ("Intervals", "95% bootstrap over the questions"),
        ];

        var html = ComparisonReport.ToHtml(result);
        using var data = JsonDocument.Parse(Regex.Match(html, "id=\"data\">(.*?)</script>", RegexOptions.Singleline).Groups[1].Value);
        data.RootElement.GetProperty("title").GetString().ShouldBe("Sums <again>");
        data.RootElement.GetProperty("findings")[0].GetString().ShouldBe("good answered 75 points more than b|ad: 100 % against 25 % by exact, p < 0.001");
        data.RootElement.GetProperty("provenance").EnumerateArray().Select(pair => (pair[0].GetString()!, pair[1].GetString()!)).ShouldBe(known);
        var markdown = ComparisonReport.ToMarkdown(result);
        markdown.ShouldStartWith("# Sums \\<again>\n\n**good answered 75 points more than b\\|ad: 100 % against 25 % by exact, p \\< 0.001.**\n");
        foreach (var (label, value) in known)
        {
            markdown.ShouldContain($"| {label} | {value} |");
        }
    }

    [Fact]
    public void Generation_IsSaidInTheWordsOfItsFields()
    {
        Generation(new GenerationConfig { MaxNewTokens = 8192, IgnoreEos = true }).ShouldBe("greedy, max_new_tokens 8192, ignore_eos true");
        Generation(new GenerationConfig { MaxNewTokens = 64, Temperature = 0.5, RandomSeed = 7 }).ShouldSatisfyAllConditions(
            text => text.ShouldStartWith("sampled, max_new_tokens 64, "), text => text.ShouldContain("temperature 0.5"),
            text => text.ShouldContain("random_seed \"7\""));
        Generation(GenerationConfig.FromModel).ShouldStartWith("as each model's generation_config.json says");
    }

    [Fact]
    public void Title_IsTheDatasetAndTheModels()
    {
        Result.Title.ShouldBe("sums & more: good, b|ad, gone");
        (Result with { Models = [.. Result.Models, .. Result.Models] }).Title.ShouldBe("sums & more: good, b|ad, gone, good and 2 more");
    }

    [Fact]
    public void ClosedSets_AreWords()
    {
        var model = Model("good", 1, "42", new Metric { Value = 1, Interval = new Interval(1, 1), Count = 1, NotScored = 0 }) with
        {
            Info = new ModelInfo { Architecture = "llama", Dtype = EngineDtype.BFloat16 },
            Receipt = new ReclaimReceipt { Verdict = ReclaimVerdict.Reclaimed, PeakBytes = 1 << 20, Memory = MemoryKind.Vram, Exit = WorkerExit.Exited },
            Crashes = [new WorkerFailure { Kind = WorkerFailureKind.OomKilled, Activity = WorkerActivity.Serving }],
        };
        var result = new ComparisonResult { Dataset = "sums", Scorers = ["exact"], Models = [model], Differences = [], Memory = [] };

        using var data = JsonDocument.Parse(
            Regex.Match(ComparisonReport.ToHtml(result), "id=\"data\">(.*?)</script>", RegexOptions.Singleline).Groups[1].Value);
        var shown = data.RootElement.GetProperty("models")[0];
        new[] { "dtype", "memory" }.Select(name => shown.GetProperty(name).GetString()).ShouldBe(["bfloat16", "vram"]);
        new[] { "verdict", "memory", "exit" }.Select(name => shown.GetProperty("receipt").GetProperty(name).GetString()).ShouldBe(
            ["Reclaimed", "vram", "exited"]);
        new[] { "kind", "during" }.Select(name => shown.GetProperty("crashes")[0].GetProperty(name).GetString()).ShouldBe(["OomKilled", "serving"]);
        ComparisonReport.ToMarkdown(result).ShouldContain("1.0 MiB vram");
    }

    [Fact]
    public void Csv_QuotesWhatWouldBreakALine()
    {
        var lines = ComparisonReport.ToCsv(Result).Split("\r\n");

        lines.Length.ShouldBe(4);
        lines[0].ShouldBe("id,category,model,answer,expected,finish_reason,input_tokens,generated_tokens,ttft_ms,latency_ms,exact,error");
        lines[1].ShouldBe("q1,sums,good,42,42,Stop,3,1,5,20,1,");
        lines[2].ShouldStartWith("q1,sums,b|ad,\"</script><img src=x onerror=alert(1)>, \"\"quoted\"\" | /*data*/\",42,");
    }

    [Fact]
    public async Task Write_GoesByTheEnding()
    {
        var path = Path.Join(Path.GetTempPath(), Path.GetRandomFileName() + ".png");
        await ComparisonReport.WriteAsync(Result, path);
        File.ReadAllBytes(path)[..4].ShouldBe([0x89, (byte)'P', (byte)'N', (byte)'G']);
        File.Delete(path);

        (await Should.ThrowAsync<ArgumentException>(() => ComparisonReport.WriteAsync(Result, "report.docx"))).Message.ShouldContain(
            "A report ends with .html, .md, .csv, .png, not with \".docx\"");
    }

    private static ModelOutcome Model(string name, double score, string answer, Metric metric) => new()
    {
        Name = name,
        Path = $"models/{name}",
        Items =
        [
            new ItemOutcome
            {
                Item = new DatasetItem("q1", "What is 17 + 25?") { Category = "sums", Expected = ["42"] },
                Answers = [new Response { Text = answer, GenerateTokenLen = 1, InputTokenLen = 3, FinishReason = FinishReason.Stop }],
                TimeToFirstToken = TimeSpan.FromMilliseconds(5),
                Latency = TimeSpan.FromMilliseconds(20),
                Scores = new Dictionary<string, ItemScore> { ["exact"] = new(score) },
            },
        ],
        Metrics = new Dictionary<string, Metric> { ["exact"] = metric },
        Speed = new ModelSpeed { TimeToFirstToken = TimeSpan.FromMilliseconds(3), TokensPerSecond = 100 },
    };

    private static string Generation(GenerationConfig config) =>
        Regex.Match(ComparisonReport.ToMarkdown(Result with { Generation = config }), @"\| Generation \| (.*) \|").Groups[1].Value;
}
