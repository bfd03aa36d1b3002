using System.Text;
using System.Text.Json;
using LmDeploy.Models.Checkpoints;
using LmDeploy.Tests.Folders;
using LmDeploy.Text.Errors;

namespace LmDeploy.Models.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_RefusesAnIndexOfMoreFilesThanAnyModelHas()
    {
        WriteIndex(Enumerable.Range(0, 10_001).ToDictionary(i => $"t{i}", i => $"m{i}.safetensors"));

        Refusal().ShouldContain("more than 10000 files");
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../m.safetensors")]
    [InlineData("")]
    public void Open_RefusesWhatIsNoFileNameInTheFolder(string name)
    {
        WriteIndex(new() { ["t"] = name });

        Refusal().ShouldContain($"'{name}' is not a file name");
    }

    [Fact]
    public void Open_BoundsTheHeadersOfAllFilesTogether()
    {
        WriteIndex(new() { ["a"] = "a.safetensors", ["b"] = "b.safetensors" });
        WriteEmpty("a.safetensors", 60_000_000);
        WriteEmpty("b.safetensors", 60_000_000);

        Refusal().ShouldContain("40000000 are left");
    }

    [Fact]
    public void Open_StopsBetweenFilesWhenNobodyWaits()
    {
        WriteIndex(new() { ["a"] = "a.safetensors" });

        Should.Throw<OperationCanceledException>(() => Checkpoint.Open(_folder.Path, new CancellationToken(canceled: true)));
    }

    private string Refusal()
    {
        var error = Should.Throw<EngineException>(() => Checkpoint.Open(_folder.Path));
        error.Code.ShouldBe("invalid_checkpoint");
        return error.Message;
    }

    private void WriteIndex(Dictionary<string, string> map) =>
        File.WriteAllText(_folder.File("model.safetensors.index.json"), JsonSerializer.Serialize(new { weight_map = map }));

    /// <summary>Writes a file without tensors.</summary>
    /// <param name="header">How long its header is, in bytes.</param>
    private void WriteEmpty(string name, int header)
    {
        using var file = File.Create(_folder.File(name));
        file.Write(BitConverter.GetBytes((ulong)header));
        file.Write(Encoding.UTF8.GetBytes("{}".PadRight(header)));
    }
}
