using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Settings;
using LmDeploy.Engine.StepInput;
using LmDeploy.Engine.Tests.Golden;
using LmDeploy.Tests.Golden;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Gpu;

/// <summary>A golden model on the GPU with some sequences in its cache, for tests that take step by step. One thread makes, uses and disposes it.</summary>
internal sealed class DeviceModel : IDisposable
{
    private const double Tie = 2e-3;

    private readonly IDisposable _noGrad;
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly GoldenModel _golden;
    private readonly List<BlockTable> _tables = [];
    private readonly List<List<int>> _tokens = [];
    private int _block = 1;

    private DeviceModel(GoldenModel golden, LoadedModel model, IDisposable noGrad) => (_golden, Model, _noGrad) = (golden, model, noGrad);

    public LoadedModel Model { get; }

    public IReadOnlyList<IReadOnlyList<int>> Tokens => _tokens;

    public static DeviceModel Load(string name, string dtype)
    {
        var config = new EngineConfig(GoldenRun.Config)
        {
            Device = EngineDevice.Cuda,
            Dtype = Enum.Parse<EngineDtype>(dtype, ignoreCase: true),
            MaxBatchSize = 16,
        };
        var noGrad = torch.no_grad();
        var golden = GoldenModel.Read(name);
        var model = LoadedModel.Load(golden.Folder, config, EngineSettings.From(config), (_, _) => { }, CancellationToken.None);
        return new DeviceModel(golden, model, noGrad);
    }

    /// <summary>Prefills sequences with the golden prompts, in turn, and notes the token that follows each.</summary>
    /// <param name="tokens">How many may follow.</param>
    public void Prefill(int sequences, int tokens)
    {
        var size = Model.CacheGeometry.BlockSize;
        for (var i = 0; i < sequences; i++)
        {
            var prompt = Prompt(i).InputIds;
            var table = new BlockTable(size);
            while (table.Capacity < prompt.Length + tokens)
            {
                table.Add(_block++);
            }

            _tables.Add(table);
            _tokens.Add([.. prompt]);
        }

        var prompts = Enumerable.Range(0, sequences).Select(i => Slice(i, [.. _tokens[i]], 0));
        Accept(Enqueue(new StepBatch(prompts), withCandidates: false));
    }

    /// <summary>The step that decodes one token of every sequence.</summary>
    public StepBatch Decode() => new(Enumerable.Range(0, _tokens.Count).Select(i => Slice(i, [_tokens[i][^1]], _tokens[i].Count - 1)));

    /// <summary>The step after one that is not waited for: its tokens are those that the step before chooses.</summary>
    public StepBatch DecodeAhead() => new(Enumerable.Range(0, _tokens.Count).Select(i => Slice(i, [-1 - i], _tokens[i].Count)));

    public IStepOutcome Enqueue(StepBatch batch, bool withCandidates) =>
        Model.TryEnqueue(batch, withCandidates).ShouldNotBeNull("the model runs in kernels");

    /// <summary>Waits, and appends what was chosen.</summary>
    /// <returns>The tokens.</returns>
    public int[] Accept(IStepOutcome outcome)
    {
        outcome.Wait();
        var chosen = outcome.MostProbable.ToArray();
        for (var i = 0; i < chosen.Length; i++)
        {
            _tokens[i].Add(chosen[i]);
        }

        return chosen;
    }

    /// <summary>The tokens so far are those of transformers, up to the first tie.</summary>
    public void ShouldAgree()
    {
        for (var i = 0; i < _tokens.Count; i++)
        {
            var chosen = _tokens[i][Prompt(i).InputIds.Length..];
            var decided = Math.Min(chosen.Count, Prompt(i).DecidedTokens(Tie));
            chosen.Take(decided).ShouldBe(Prompt(i).GreedyIds.Take(decided), $"sequence {i}");
        }
    }

    public void Dispose()
    {
        Model.Dispose();
        _scope.Dispose();
        _noGrad.Dispose();
    }

    private GoldenPrompt Prompt(int sequence) => _golden.Prompts[sequence % _golden.Prompts.Count];

    private StepSlice Slice(int sequence, int[] tokens, int position) =>
        new() { Blocks = _tables[sequence], Tokens = tokens, FirstPosition = position, PromptLength = Prompt(sequence).InputIds.Length };
}
