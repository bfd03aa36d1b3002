using LmDeploy.Words;

namespace LmDeploy.Client.Tests.Words;

public sealed class EnumWordsTests
{
    /// <summary>What users read in listings and write in settings; a word that changes here breaks files and scripts.</summary>
    public static TheoryData<string, string> Sets => new()
    {
        { nameof(V1.PipelineState), " starting loading ready stopping gone crashed hung restarting failed quarantined" },
        { nameof(V1.LoadStage), " waiting starting loading warming_up downloading" },
        { nameof(V1.WorkerFailureKind), " exited crashed killed hung stopped oom_killed memory_limit cuda_error start_failed" },
        { nameof(V1.WorkerActivity), " starting loading idle serving" },
        { nameof(V1.MemoryKind), " rss vram" },
        { nameof(V1.WorkerExit), " exited killed crashed" },
        { nameof(V1.LogSource), " stdout stderr" },
        { nameof(V1.EnvironmentCheckStatus), " ok skipped failed" },
        { nameof(V1.EngineDevice), " auto cpu cuda" },
        { nameof(V1.EngineDtype), " auto float32 bfloat16 float16" },
        { nameof(V1.LoadFormat), " auto dummy" },
        { nameof(V1.ModelGenerationConfig), " auto none" },
    };

    [Theory]
    [MemberData(nameof(Sets))]
    public void Of_IsTheWordThatUsersKnow(string type, string words)
        => string.Join(' ', Enum.GetValues(TypeOf(type)).Cast<Enum>().Select(EnumWords.Of)).ShouldBe(words);

    [Fact]
    public void Of_WhatHasNoNameIsItsNumber() => EnumWords.Of((V1.PipelineState)99).ShouldBe("99");

    [Theory]
    [InlineData("bfloat16", true)]
    [InlineData("BFloat16", false)]
    [InlineData("ENGINE_DTYPE_BFLOAT16", false)]
    [InlineData("3", false)]
    [InlineData("unspecified", false)]
    [InlineData("", false)]
    public void TryParse_ReadsWordsAlone(string word, bool expected)
    {
        EnumWords.TryParse<V1.EngineDtype>(word, out var value).ShouldBe(expected);
        value.ShouldBe(expected ? V1.EngineDtype.Bfloat16 : V1.EngineDtype.Unspecified);
    }

    [Fact]
    public void Problem_ListsTheWords()
        => EnumWords.Problem("dtype", typeof(V1.EngineDtype), "int8").ShouldBe("dtype must be auto, float32, bfloat16 or float16, got 'int8'.");

    /// <summary>Both sides have the same words, so that nothing is lost between the contract and the public types.</summary>
    [Theory]
    [InlineData(typeof(EngineDevice), nameof(V1.EngineDevice))]
    [InlineData(typeof(EngineDtype), nameof(V1.EngineDtype))]
    [InlineData(typeof(LoadFormat), nameof(V1.LoadFormat))]
    [InlineData(typeof(ModelGenerationConfig), nameof(V1.ModelGenerationConfig))]
    [InlineData(typeof(WorkerFailureKind), nameof(V1.WorkerFailureKind))]
    [InlineData(typeof(WorkerActivity), nameof(V1.WorkerActivity))]
    [InlineData(typeof(PipelineState), nameof(V1.PipelineState))]
    [InlineData(typeof(LoadStage), nameof(V1.LoadStage))]
    [InlineData(typeof(MemoryKind), nameof(V1.MemoryKind))]
    [InlineData(typeof(WorkerExit), nameof(V1.WorkerExit))]
    [InlineData(typeof(LogSource), nameof(V1.LogSource))]
    [InlineData(typeof(EnvironmentCheckStatus), nameof(V1.EnvironmentCheckStatus))]
    public void Words_AreThoseOfTheContract(Type type, string wire) => WordsOf(type).ShouldBe(WordsOf(TypeOf(wire)));

    [Fact]
    public void To_WhatAnotherVersionAddedIsTheZero() => EnumWords.To<WorkerFailureKind>((V1.WorkerFailureKind)99).ShouldBe(WorkerFailureKind.Unknown);

    private static Type TypeOf(string name) => typeof(V1.PipelineState).Assembly.GetType($"LmDeploy.V1.{name}", throwOnError: true)!;

    private static string[] WordsOf(Type type) => [.. Enum.GetValues(type).Cast<Enum>().Select(EnumWords.Of).Where(word => word.Length > 0)];
}
