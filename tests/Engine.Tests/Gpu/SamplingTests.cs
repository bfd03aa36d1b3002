using LmDeploy.Engine.Sampling;
using LmDeploy.Engine.Tests.Golden;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Torch;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Gpu;

/// <summary>What is drawn does not depend on where the logits are.</summary>
[Collection(TorchTests.Name)]
public sealed class SamplingTests
{
    private const int Vocabulary = 1_000;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Theory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void Draws_FromATensorOfTheDevice_AreThoseOfTheHost(string device)
    {
        var rows = SamplingCases.Rows([1, 2, 3, 4, 5, 3, 1]).ToList();
        var random = new Random(5);
        var logits = Enumerable.Range(0, rows.Count * Vocabulary).Select(_ => (random.NextSingle() * 16) - 8).ToArray();
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var there = torch.tensor(logits).view(rows.Count, Vocabulary).to(device == "cuda" ? GpuHost.Device : torch.CPU);
        var sampler = new TokenSampler();
        var expected = rows.Select((row, i) => new TokenSampler().Sample(logits.AsSpan(i * Vocabulary, Vocabulary), row).Id).ToArray();
        sampler.Sample(there, rows).Select(token => token.Id).ShouldBe(expected);

        var greedy = rows.ConvertAll(row => row with { Parameters = new SamplingParameters() });
        sampler.Sample(there, greedy).Select(token => token.Id).ShouldBe(logits.Chunk(Vocabulary).Select(row => Array.IndexOf(row, row.Max())));
    }

    /// <summary>In float32 the logits of both devices differ by less than draws are apart.</summary>
    [GpuTheory]
    [InlineData("llama3")]
    [InlineData("qwen2")]
    public async Task SeededAnswers_AreThoseOfTheCpu(string name) =>
        (await DrawAsync(name, "cuda")).ShouldBe(await DrawAsync(name, "cpu"));

    /// <summary>Twice on the same device; on the CPU alone this says that a seed decides.</summary>
    [Theory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public async Task SeededAnswers_AreTheSameAgain(string device) =>
        (await DrawAsync("llama3", device)).ShouldBe(await DrawAsync("llama3", device));

    /// <summary>All prompts at once, with candidates alone and with whole rows.</summary>
    private static async Task<List<string>> DrawAsync(string name, string device)
    {
        var golden = GoldenModel.Read(name);
        using var engine = await GoldenRun.StartAsync(
            golden.Folder, new EngineConfig(GoldenRun.Config) { Device = Enum.Parse<EngineDevice>(device, ignoreCase: true), Dtype = EngineDtype.Float32 });
        var requests = golden.Prompts.Take(6)
            .SelectMany((prompt, i) => new[] { 40, 0 }.Select(topK => RecordingRequest.Plain(
                prompt.InputIds, 16, new SamplingParameters { DoSample = true, Temperature = 0.9, TopK = topK, TopP = 0.95, Seed = (ulong)i })))
            .ToList();
        requests.ForEach(engine.Submit);
        foreach (var request in requests)
        {
            (await request.Finished.WaitAsync(Deadline)).Error.ShouldBeNull();
        }

        return requests.ConvertAll(request => string.Join(' ', request.Tokens));
    }
}
