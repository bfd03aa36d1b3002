using LmDeploy.V1;

namespace LmDeploy.Client.Tests.Embeddings;

public sealed class EmbeddingTests : IAsyncLifetime
{
    private FakeSupervisor _fake = null!;
    private LmDeploy.Supervisor _supervisor = null!;
    private Pipeline _pipeline = null!;

    public async ValueTask InitializeAsync()
    {
        _fake = await FakeSupervisor.StartAsync();
        _supervisor = _fake.Connect();
        _pipeline = await Pipeline.CreateAsync("model", null, _supervisor).InTime();
    }

    public async ValueTask DisposeAsync()
    {
        await _pipeline.DisposeAsync();
        await _supervisor.DisposeAsync();
        await _fake.DisposeAsync();
    }

    [Fact]
    public void GetEmbeddings_TextsAreTakenAsTheyAre_AndPromptsAreRendered()
    {
        var asked = new List<EmbedRequest>();
        _fake.OnEmbed = request =>
        {
            asked.Add(request);
            return FakeModel.Embed(request);
        };
        var embeddings = _pipeline.GetEmbeddings(["ab", "!", "\ud800"]);
        embeddings[0].Vector.ToArray().ShouldBe([48.5f, 49f]);
        embeddings.Select(embedding => embedding.ErrorCode).ShouldBe([null, "context_length_exceeded", "invalid_request"]);
        _pipeline.GetEmbeddings([new[] { 65 }])[0].InputTokenLen.ShouldBe(1);
        Prompt[] prompts = ["a"];
        _pipeline.GetEmbeddings(prompts).ShouldHaveSingleItem();
        asked.Select(request => request.Prompts[0].Raw).ShouldBe([true, false, false]);
        asked[0].Options.ShouldBe(new V1.EmbeddingOptions());
    }

    [Fact]
    public async Task Generator_TakesOptionsThatACallMakes()
    {
        V1.EmbeddingOptions? sent = null;
        _fake.OnEmbed = request =>
        {
            sent = request.Options;
            return FakeModel.Embed(request);
        };
        var generator = _pipeline.AsIEmbeddingGenerator(new EmbeddingOptions { Pooling = EmbeddingPooling.Last });
        await generator.GenerateAsync(["a"], new() { RawRepresentationFactory = _ => new EmbeddingOptions { Pooling = EmbeddingPooling.Mean } });
        sent!.Pooling.ShouldBe(V1.Pooling.Mean);
        await generator.GenerateAsync(["a"], new() { RawRepresentationFactory = _ => null });
        sent.Pooling.ShouldBe(V1.Pooling.Last);
        (await Should.ThrowAsync<NotSupportedException>(() => generator.GenerateAsync(["a"], new() { RawRepresentationFactory = _ => 1 })))
            .Message.ShouldBe("EmbeddingGenerationOptions.RawRepresentationFactory made a Int32; it must make EmbeddingOptions or null.");
    }

    [Fact]
    public void GetEmbeddings_SendsItsOptions()
    {
        V1.EmbeddingOptions? sent = null;
        _fake.OnEmbed = request =>
        {
            sent = request.Options;
            return FakeModel.Embed(request);
        };
        _pipeline.GetEmbeddings(["a"], new EmbeddingOptions { Pooling = EmbeddingPooling.Mean, Normalize = false, Dimensions = 7 });
        sent.ShouldBe(new V1.EmbeddingOptions { Pooling = Pooling.Mean, Normalize = false, Dimensions = 7 });
    }

    [Fact]
    public async Task GetEmbeddings_OfManyAreAskedForInPieces_AndComeInOrder()
    {
        var sizes = new List<int>();
        _fake.OnEmbed = request =>
        {
            sizes.Add(request.Prompts.Count);
            return FakeModel.Embed(request);
        };
        var embeddings = await _pipeline.GetEmbeddingsAsync(Enumerable.Range(100, 2500).Select(i => new[] { i }));
        sizes.ShouldBe([1024, 1024, 452]);
        embeddings.Select(embedding => embedding.Vector.Span[0]).ShouldBe(Enumerable.Range(100, 2500).Select(i => i / 2f));
        (await _pipeline.GetEmbeddingsAsync(Array.Empty<string>())).ShouldBeEmpty();
    }

    [Fact]
    public void Options_RefuseWhatIsOutOfRange()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new EmbeddingOptions { Dimensions = 0 }).Message.ShouldContain("Dimensions");
        Should.Throw<ArgumentOutOfRangeException>(() => new EmbeddingOptions { Pooling = (EmbeddingPooling)7 });
    }
}
