using LmDeploy.Engine.Embeddings;
using LmDeploy.Tests.Folders;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Embeddings;

public sealed class EmbeddingDefaultsTests : IDisposable
{
    private const string Transformer = """{"idx":0,"path":"","type":"sentence_transformers.models.Transformer"}""";
    private const string Pool = """{"idx":1,"path":"1_Pooling","type":"sentence_transformers.models.Pooling"}""";
    private const string Normalize = """{"idx":2,"path":"2_Normalize","type":"sentence_transformers.models.Normalize"}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FolderWithoutSuchFiles_PoolsTheLastTokenAndNormalizes() => Read().ShouldBe(new EmbeddingDefaults(Pooling.Last, Normalize: true));

    [Theory]
    [InlineData("pooling_mode_lasttoken", true, false)]
    [InlineData("pooling_mode_mean_tokens", true, true)]
    [InlineData("pooling_mode_mean_tokens", false, true)]
    public void SentenceTransformersFiles_AreFollowed(string mode, bool normalize, bool isMean)
    {
        WritePooling(mode);
        WriteModules(normalize ? $"[{Transformer},{Pool},{Normalize}]" : $"[{Transformer},{Pool}]");
        Read().ShouldBe(new EmbeddingDefaults(isMean ? Pooling.Mean : Pooling.Last, normalize));
    }

    [Fact]
    public void PoolingAlone_IsFollowedToo()
    {
        WritePooling("pooling_mode_mean_tokens");
        Read().ShouldBe(new EmbeddingDefaults(Pooling.Mean, Normalize: true));
    }

    [Theory]
    [InlineData("pooling_mode_cls_token", "cls_token")]
    [InlineData("pooling_mode_max_tokens", "max_tokens")]
    public void UnknownPooling_IsAProblemOfItsUse(string mode, string name)
    {
        WritePooling(mode);
        Read().Problem!.ShouldContain(name);
    }

    [Fact]
    public void UnknownModule_IsAProblemOfItsUse()
    {
        WriteModules($$"""[{{Transformer}},{"idx":1,"path":"2_Dense","type":"sentence_transformers.models.Dense"}]""");
        Read().Problem!.ShouldContain("models.Dense");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[{\"type\":1}]")]
    [InlineData("not JSON")]
    [InlineData("""[{"type":"sentence_transformers.models.Pooling","path":"../secrets"}]""")]
    [InlineData("""[{"type":"sentence_transformers.models.Pooling","path":".."}]""")]
    public void BrokenModules_AreNamed(string json)
    {
        WriteModules(json);
        var error = Should.Throw<EngineException>(Read);
        error.Code.ShouldBe(ErrorCodes.InvalidConfig);
        error.Message.ShouldContain("modules.json");
    }

    private EmbeddingDefaults Read() => EmbeddingDefaults.Read(_folder.Path);

    private void WriteModules(string json) => File.WriteAllText(Path.Combine(_folder.Path, "modules.json"), json);

    private void WritePooling(string mode)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "1_Pooling")).FullName;
        File.WriteAllText(
            Path.Combine(folder, "config.json"),
            $$"""{"word_embedding_dimension":64,"pooling_mode_weightedmean_tokens":false,"{{mode}}":true,"include_prompt":true}""");
    }
}
