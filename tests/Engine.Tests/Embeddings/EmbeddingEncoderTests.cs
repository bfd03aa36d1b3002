using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using LmDeploy.Engine.Generation;
using LmDeploy.Engine.Scheduling;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Torch;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Embeddings;

/// <summary>The output projection makes transformers' logits of what is embedded; means are those of the prefixes' last tokens.</summary>
[Collection(TorchTests.Name)]
public sealed class EmbeddingEncoderTests
{
    private const double Tolerance = 2e-3;

    private static readonly EngineConfig Small = new()
    {
        Device = EngineDevice.Cpu, SessionLen = 512, CacheMaxEntryCount = 512, CacheBlockSeqLen = 4, MaxPrefillTokenNum = 7,
    };
    private static readonly EmbeddingOptions Last = new() { Pooling = Pooling.Last, Normalize = false };
    private static readonly EmbeddingOptions Mean = new() { Pooling = Pooling.Mean, Normalize = false };

    public static TheoryData<string> Names => ["llama3", "qwen2", "qwen3", "mistral", "gpt2", "gemma3", "olmo2"];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Last_IsTheHiddenStateThatLogitsAreMadeOf(string name)
    {
        var golden = GoldenModel.Read(name);
        using var folder = GoldenFolder.CopyOf(name);
        var output = Output(folder);
        using var model = await LoadAsync(folder.Path, Small);
        foreach (var prompt in golden.Prompts)
        {
            for (var round = 0; round < 2; round++)
            {
                var vector = await EmbedAsync(model, prompt.InputIds, Last);
                foreach (var (id, logit) in prompt.LastLogitsTop)
                {
                    Dot(vector, output.AsSpan(id * vector.Length, vector.Length)).ShouldBe(logit, Tolerance);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Mean_IsThatOfAllPositions_ThoughTheyComeInPiecesAndAreInTheCache(string name)
    {
        var ids = GoldenModel.Read(name).Prompts.MaxBy(prompt => prompt.InputIds.Length)!.InputIds;
        ids.Length.ShouldBeGreaterThan(7, "pieces are what this is about");
        using var model = await LoadAsync(GoldenModel.Read(name).Folder, Small);
        var vectors = new List<float[]>();
        for (var length = 1; length <= ids.Length; length++)
        {
            vectors.Add(await EmbedAsync(model, ids[..length], Last));
        }

        var expected = Enumerable.Range(0, vectors[0].Length).Select(i => vectors.Average(vector => (double)vector[i])).ToArray();
        var mean = await EmbedAsync(model, ids, Mean);
        mean.Select(number => (double)number).ShouldBe(expected, Tolerance);
    }

    [Fact]
    public async Task Embeddings_AreTheSame_WhenSequencesGiveWay()
    {
        var golden = GoldenModel.Read("llama3");
        using var roomy = await LoadAsync(golden.Folder, Small);
        var longest = golden.Prompts.Max(prompt => prompt.InputIds.Length);
        using var narrow = await LoadAsync(golden.Folder, new EngineConfig(Small) { CacheMaxEntryCount = (longest / 4) + 3 });
        var prompts = golden.Prompts.Concat(golden.Prompts).ToList();
        var together = await Task.WhenAll(prompts.Select(prompt => EmbedAsync(narrow, prompt.InputIds, Mean)));
        for (var i = 0; i < prompts.Count; i++)
        {
            var alone = await EmbedAsync(roomy, prompts[i].InputIds, Mean);
            together[i].Select(number => (double)number).ShouldBe(alone.Select(number => (double)number), Tolerance);
        }
    }

    [Fact]
    public async Task Dimensions_AreCutBeforeTheVectorIsMadeOneLong()
    {
        var golden = GoldenModel.Read("qwen3");
        using var model = await LoadAsync(golden.Folder, Small);
        var ids = golden.Prompts[0].InputIds;
        var whole = await EmbedAsync(model, ids, Last);
        var cut = await EmbedAsync(model, ids, new EmbeddingOptions { Dimensions = 8 });
        cut.Length.ShouldBe(8);
        Dot(cut, cut).ShouldBe(1, 1e-5);
        var length = Math.Sqrt(Dot(whole.AsSpan(0, 8), whole.AsSpan(0, 8)));
        cut.Select(number => (double)number).ShouldBe(whole.Take(8).Select(number => number / length), 1e-4);
        foreach (var dimensions in new[] { 0, whole.Length + 1 })
        {
            (await ResultAsync(model, ids, new EmbeddingOptions { Dimensions = dimensions })).Error.Message.ShouldContain($"1 to {whole.Length}");
        }
    }

    [Fact]
    public async Task Defaults_AreThoseOfTheFolder()
    {
        using var folder = GoldenFolder.CopyOf("qwen2");
        Directory.CreateDirectory(folder.PathOf("1_Pooling"));
        File.WriteAllText(folder.PathOf("1_Pooling/config.json"), """{"pooling_mode_mean_tokens":true}""");
        File.WriteAllText(folder.PathOf("modules.json"), """[{"type":"x.Transformer","path":""},{"type":"x.Pooling","path":"1_Pooling"}]""");
        var ids = GoldenModel.Read("qwen2").Prompts[0].InputIds;
        using var mean = await LoadAsync(folder.Path, Small);
        (await EmbedAsync(mean, ids, new EmbeddingOptions())).ShouldBe(await EmbedAsync(mean, ids, Mean));

        File.WriteAllText(folder.PathOf("1_Pooling/config.json"), """{"pooling_mode_cls_token":true}""");
        using var first = await LoadAsync(folder.Path, Small);
        (await ResultAsync(first, ids, new EmbeddingOptions())).Error.Code.ShouldBe(ErrorCodes.UnsupportedFeature);
        (await ResultAsync(first, ids, Last)).Error.ShouldBeNull("who asks for both knows what comes");
    }

    [Theory]
    [InlineData("llama3", "LlamaModel", true)]
    [InlineData("mistral", "MistralModel", false)]
    public async Task BareModel_EmbedsAndDoesNotGenerate(string name, string architecture, bool keepsBase)
    {
        using var folder = GoldenFolder.CopyOf(name);
        folder.Configure(config => config["architectures"] = new JsonArray(architecture));
        var checkpoint = CheckpointFile.Read(folder);
        checkpoint.Take("lm_head.weight");
        checkpoint.Rename(tensor => keepsBase ? tensor : tensor["model.".Length..]);
        checkpoint.Write();
        var ids = GoldenModel.Read(name).Prompts[0].InputIds;
        using var bare = await LoadAsync(folder.Path, Small);
        using var whole = await LoadAsync(GoldenModel.Read(name).Folder, Small);
        (await EmbedAsync(bare, ids, Last)).ShouldBe(await EmbedAsync(whole, ids, Last));
        Should.Throw<EngineException>(() => bare.Requests.Generation(
            0, ToPrompt(ids), new GenerationConfig(), Channel.CreateUnbounded<GenerationEvent>().Writer, CancellationToken.None)).Message
                .ShouldContain("made for GetEmbeddings");
    }

    [Fact]
    public async Task WhatCannotBeEmbedded_CarriesItsError()
    {
        using var model = await LoadAsync(GoldenModel.Read("llama3").Folder, Small);
        (await ResultAsync(model, [], Last)).Error.Code.ShouldBe(ErrorCodes.InvalidRequest);
        (await ResultAsync(model, [.. Enumerable.Repeat(1, 513)], Mean)).Error.Code.ShouldBe(ErrorCodes.ContextLengthExceeded);
    }

    /// <summary>The output projection, as numbers.</summary>
    private static float[] Output(GoldenFolder folder)
    {
        var tensors = CheckpointFile.Read(folder).Tensors;
        string[] names = ["lm_head.weight", "model.embed_tokens.weight", "transformer.wte.weight"];
        return MemoryMarshal.Cast<byte, float>(CheckpointFile.Widen(tensors[names.First(tensors.ContainsKey)].Data)).ToArray();
    }

    private static double Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            sum += (double)x[i] * y[i];
        }

        return sum;
    }

    private static Task<TextModel> LoadAsync(string folder, EngineConfig config) =>
        TextModel.LoadAsync(folder, config, () => { }, null, (_, _) => { }, CancellationToken.None);

    private static Prompt ToPrompt(int[] ids) => new() { TokenIds = new TokenIds { Ids = { ids } } };

    private static async Task<float[]> EmbedAsync(TextModel model, int[] ids, EmbeddingOptions options)
    {
        var result = await ResultAsync(model, ids, options);
        result.Error.ShouldBeNull();
        result.InputTokenLen.ShouldBe(ids.Length);
        return [.. result.Vector];
    }

    private static Task<EmbeddingResult> ResultAsync(TextModel model, int[] ids, EmbeddingOptions options) =>
        model.Embeddings.EncodeAsync(ToPrompt(ids), options, new RequestOrigin(new object(), 0), CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(1));
}
