using System.Diagnostics;
using System.Threading.Channels;
using LmDeploy.V1;
using LmDeploy.Engine.Generation;
using LmDeploy.Engine.Native.LibTorch;
using WireConfig = LmDeploy.V1.GenerationConfig;
using WirePrompt = LmDeploy.V1.Prompt;

namespace LmDeploy.Bench;

/// <summary>The same engine without any process boundary, as the other side of the comparison.</summary>
internal sealed class InProcessEngine : IDisposable
{
    private readonly TextModel _model;

    private InProcessEngine(TextModel model) => _model = model;

    public static async Task<InProcessEngine> LoadAsync(string model, EngineConfig settings)
    {
        var verdicts = new LibTorchVerdicts(LibTorchVerdicts.DefaultCacheFolder, LibTorchVerdicts.ProbeInChildProcess);
        var runtime = new LibTorchRuntime(LibTorchLocator.ForThisProcess, verdicts);
        var config = V1.EngineConfig.Parser.ParseJson(settings.ToJson());
        return new InProcessEngine(await TextModel.LoadAsync(model, config, runtime.Start, flight: null, (_, _) => { }, CancellationToken.None));
    }

    /// <returns>Milliseconds to the first token and to the last.</returns>
    public Task<(double First, double Last)> GenerateAsync(string prompt, int tokens) => GenerateAsync(new WirePrompt { Text = prompt }, tokens);

    /// <inheritdoc cref="GenerateAsync(string, int)"/>
    public Task<(double First, double Last)> GenerateAsync(IEnumerable<int> promptIds, int tokens)
    {
        var prompt = new WirePrompt { TokenIds = new TokenIds() };
        prompt.TokenIds.Ids.AddRange(promptIds);
        return GenerateAsync(prompt, tokens);
    }

    public void Dispose() => _model.Dispose();

    private async Task<(double First, double Last)> GenerateAsync(WirePrompt prompt, int tokens)
    {
        var watch = Stopwatch.StartNew();
        var events = Channel.CreateUnbounded<GenerationEvent>();
        var config = new WireConfig { MaxNewTokens = tokens, IgnoreEos = true };
        _model.Engine.Submit(_model.Requests.Generation(0, prompt, config, events.Writer, CancellationToken.None));
        double? first = null;
        await foreach (var item in events.Reader.ReadAllAsync())
        {
            if (item.EventCase == GenerationEvent.EventOneofCase.Delta)
            {
                first ??= watch.Elapsed.TotalMilliseconds;
            }

            if (item.EventCase == GenerationEvent.EventOneofCase.Finished)
            {
                break;
            }
        }

        return (first!.Value, watch.Elapsed.TotalMilliseconds);
    }
}
