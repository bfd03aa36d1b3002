using System.CommandLine;
using LmDeploy.Cli.Benchmarks;
using LmDeploy.Cli.Benchmarks.Serving;
using LmDeploy.Cli.Flags;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;
using LmDeploy.Limits;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy bench serve</c>: a load of many requests like those of conversations.</summary>
internal sealed class BenchServeCommand(CliHost host)
{
    /// <summary>Tokens of an answer that only warms up.</summary>
    private const int WarmUpTokens = 8;

    private const int DefaultVocabSize = 32_000;
    private const int DefaultSessionLen = 4_096;

    private readonly Argument<string> _model = new("MODEL") { Description = "The path of a model folder; with --url, the server's name of the model." };
    private readonly Option<int> _requests = new("--requests") { Description = "The number of requests.", DefaultValueFactory = _ => 1000 };
    private readonly Option<int[]> _concurrency = new("--concurrency")
    {
        Description = "Concurrency levels: requests at once. Each level is measured separately.",
        DefaultValueFactory = _ => [64, 256],
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<int> _meanInput = new("--mean-input") { Description = "Tokens of a prompt, on average.", DefaultValueFactory = _ => 200 };
    private readonly Option<int> _meanOutput = new("--mean-output") { Description = "Tokens of an answer, on average.", DefaultValueFactory = _ => 200 };
    private readonly Option<int> _seed = new("--seed") { Description = "The same seed makes the same requests.", DefaultValueFactory = _ => 1 };
    private readonly Option<double?> _rate = new("--rate")
    {
        Description = "Mean requests a second, with random arrivals. Default: each request as soon as the concurrency allows.",
    };
    private readonly Option<string?> _url = new("--url") { Description = "Measure an OpenAI-compatible server instead of a pipeline: http://host:port/v1." };
    private readonly Option<string?> _apiKey = new("--api-key") { Description = "The server's API key. Default: the environment variable OPENAI_API_KEY." };
    private readonly Option<int> _vocabSize = new("--vocab-size")
    {
        Description = "With --url: the upper bound of random token ids.",
        DefaultValueFactory = _ => DefaultVocabSize,
    };
    private readonly FiguresOutput _output = new(host);
    private readonly CeilingsFlag _ceilings = new(host);
    private readonly EngineFlags _engine = new();

    public static Command Create(CliHost host)
    {
        var serve = new BenchServeCommand(host);
        var command = new Command("serve", "Measure concurrent requests with prompt and answer lengths like those of conversations.") { serve._model };
        Option[] options =
        [
            serve._requests, serve._concurrency, serve._meanInput, serve._meanOutput, serve._seed, serve._rate, serve._url, serve._apiKey,
            serve._vocabSize, serve._ceilings.Flag, serve._output.Flag,
        ];
        Array.ForEach(options, command.Options.Add);
        serve._engine.AddTo(command);
        command.SetAction(serve.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var concurrency = result.GetValue(_concurrency)!;
        Require.AtLeast(1, "--requests", result.GetValue(_requests));
        Require.AtLeast(1, "--concurrency", concurrency);
        Require.AtLeast(1, "--mean-input", result.GetValue(_meanInput));
        Require.AtLeast(1, "--mean-output", result.GetValue(_meanOutput));
        Require.AtLeast(1, "--vocab-size", result.GetValue(_vocabSize));
        if (result.GetValue(_rate) is { } rate && !(rate > 0 && double.IsFinite(rate)))
        {
            throw new UsageException($"--rate must be more than 0, got {Units.Format($"{rate}")}.");
        }

        _output.Check(result);
        var engine = _engine.Read(result);
        if (result.GetValue(_url) is { } url)
        {
            using var server = new OpenAiTokens(
                ToUri(url), result.GetRequiredValue(_model), result.GetValue(_apiKey) ?? Environment.GetEnvironmentVariable("OPENAI_API_KEY"));
            var foreign = await MeasureAsync(result, server, engine.SessionLen ?? DefaultSessionLen, result.GetValue(_vocabSize), cancellationToken);
            return await ReportAsync(result, foreign, null, libTorch: "", isHere: false, cancellationToken);
        }

        var config = engine with { MaxBatchSize = engine.MaxBatchSize ?? Math.Max(EngineDefaults.MaxBatchSize, concurrency.Max()) };
        var ceilings = await _ceilings.MeasureAsync(result, cancellationToken);
        await using var pipeline = await host.LoadAsync(result.GetRequiredValue(_model), config, null, cancellationToken);
        var figures = await MeasureAsync(result, new PipelineTokens(pipeline), pipeline.Model.SessionLen, pipeline.Model.VocabSize, cancellationToken);
        return await ReportAsync(
            result, figures, ceilings is null ? null : new Roofline(pipeline.Model, ceilings), pipeline.Model.LibTorch, isHere: true, cancellationToken);
    }

    private async Task<List<ServeFigures>> MeasureAsync(
        ParseResult result, ITokenSource source, int sessionLen, int vocabSize, CancellationToken cancellationToken)
    {
        var workload = new ServeWorkload(result.GetValue(_meanInput), result.GetValue(_meanOutput), sessionLen, vocabSize, result.GetValue(_seed));
        var requests = result.GetValue(_requests);
        var arrivals = result.GetValue(_rate) is { } rate ? workload.Arrivals(requests, rate) : null;
        var run = new ServeRun(source, host.Time);
        var figures = new List<ServeFigures>();
        foreach (var concurrency in result.GetValue(_concurrency)!)
        {
            var warmUp = workload
                .Draw(Math.Min(requests, concurrency), (2 * figures.Count) + 1)
                .Select(request => request with { NewTokens = Math.Min(request.NewTokens, WarmUpTokens) });
            _ = await run.RunAsync([.. warmUp], concurrency, null, cancellationToken);
            figures.Add(await run.RunAsync(workload.Draw(requests, 2 * figures.Count), concurrency, arrivals, cancellationToken));
        }

        return figures;
    }

    private async Task<int> ReportAsync(
        ParseResult result, List<ServeFigures> figures, Roofline? roofline, string libTorch, bool isHere, CancellationToken cancellationToken)
    {
        ServeOutput.Write(host.Terminal, figures, roofline);
        await _output.WriteAsync(result, libTorch, figures.Select(f => ServeOutput.ToJson(f, roofline)), cancellationToken, isHere);
        return figures.TrueForAll(f => f.Failed == 0) ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static Uri ToUri(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri!.Scheme is "http" or "https"
        ? uri
        : throw new UsageException($"--url must be like http://host:port/v1, got '{url}'.");
}
