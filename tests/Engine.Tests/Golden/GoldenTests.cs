using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Torch;

namespace LmDeploy.Engine.Tests.Golden;

/// <summary>The engine in float32 on the CPU against transformers.</summary>
[Collection(TorchTests.Name)]
public sealed class GoldenTests
{
    public static TheoryData<string> Names => GoldenModel.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Engine_AgreesWithTransformers(string name)
    {
        var golden = GoldenModel.Read(name);
        await GoldenRun.CompareAsync(golden.Folder, GoldenRun.Config, golden.Prompts);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Engine_AgreesWithTransformers_WhenPrefillIsChunkedAndSequencesAreMany(string name)
    {
        var golden = GoldenModel.Read(name);
        await GoldenRun.CompareAsync(golden.Folder, GoldenRun.Chunked, [.. golden.Prompts, .. golden.Prompts, .. golden.Prompts.Reverse()]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Engine_AgreesWithTransformers_OneSequenceAtATime(string name)
    {
        var golden = GoldenModel.Read(name);
        var config = GoldenRun.Config;
        config.MaxBatchSize = 1;
        await GoldenRun.CompareAsync(golden.Folder, config, golden.Prompts);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Engine_AgreesWithTransformers_WhenSequencesGiveWayToOneAnother(string name)
    {
        var golden = GoldenModel.Read(name);
        var config = GoldenRun.Config;
        var longest = golden.Prompts.Max(prompt => prompt.InputIds.Length + prompt.GreedyIds.Length);
        config.CacheBlockSeqLen = 8;
        config.CacheMaxEntryCount = (longest / 8) + 4;
        await GoldenRun.CompareAsync(golden.Folder, config, [.. golden.Prompts, .. golden.Prompts, .. golden.Prompts.Reverse()]);
    }

    /// <summary>Also where the rope depends on the length: a token's key is the same, computed as it came or again later.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Engine_AgreesWithTransformers_WhenAnswersAreResumed(string name)
    {
        var golden = GoldenModel.Read(name);
        await GoldenRun.ResumeAsync(golden.Folder, golden.Prompts);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Engine_AgreesWithTransformers_WhenTheBeginningIsKnown(string name)
    {
        await GoldenRun.RepeatAsync(GoldenModel.Read(name));
    }
}
