using LmDeploy.Loading;

namespace LmDeploy.Client.Tests.Loading;

public sealed class PrefetchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lmd").FullName;

    public PrefetchTests()
    {
        File.WriteAllBytes(Path.Join(_folder, "model-00001-of-00002.safetensors"), new byte[5 << 20]);
        File.WriteAllBytes(Path.Join(_folder, "model-00002-of-00002.safetensors"), new byte[1000]);
        File.WriteAllBytes(Path.Join(_folder, "tokenizer.json"), new byte[77]);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Prefetch_ReadsTheWeightsAlone() => (await Pipeline.PrefetchAsync(_folder).InTime()).ShouldBe((5 << 20) + 1000);

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData((5 << 20) + 10)]
    public void Read_StopsWhereThereIsNoRoom(long room) => WeightFiles.Read(_folder, room, CancellationToken.None).ShouldBe(room);

    [Fact]
    public void Room_IsLessThanTheHostHas() => WeightFiles.Room.ShouldBeInRange(1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    [Fact]
    public async Task Prefetch_SaysThatThereIsNoSuchFolder()
    {
        var failure = await Pipeline.PrefetchAsync(Path.Join(_folder, "none")).InTime().ShouldThrowAsync<ModelLoadException>();
        failure.Code.ShouldBe("model_not_found");
    }

    [Fact]
    public async Task Prefetch_CanBeCancelled() =>
        await Pipeline.PrefetchAsync(_folder, new CancellationToken(canceled: true)).InTime().ShouldThrowAsync<OperationCanceledException>();
}
