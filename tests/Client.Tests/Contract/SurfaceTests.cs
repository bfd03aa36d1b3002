using LmDeploy.Tests.PublicSurface;

namespace LmDeploy.Client.Tests.Contract;

public sealed class SurfaceTests
{
    private readonly Surface _surface = new(typeof(Pipeline).Assembly);

    [Fact]
    public void AsyncMethods_HaveTwins() => _surface.WithoutTwin.ShouldBeEmpty();

    [Fact]
    public void AsyncMethods_TakeATokenLast() => _surface.WithoutToken.ShouldBeEmpty();

    [Fact]
    public void Records_HaveNoPositions() => _surface.Positional.ShouldBeEmpty();

    [Fact]
    public void Records_CopyTheirCollections() => _surface.Aliased.ShouldBeEmpty();

    [Fact]
    public void Times_AreTimeSpans() => _surface.TimesAsNumbers.ShouldBeEmpty();

    /// <summary>Zero is the weakest claim of a result, and the default of a setting.</summary>
    [Fact]
    public void Enumerations_BeginWithWhatSaysLeast() => _surface.Zeros.Where(zero => !zero.EndsWith(".Unknown", StringComparison.Ordinal)).ShouldBe(
        
        [
            "EmbeddingPooling.Last",
            "EngineDevice.Auto",
            "EngineDtype.Auto",
            "LoadFormat.Auto",
            "ModelGenerationConfig.Auto",
            "OutputLogits.None",
            "ReclaimVerdict.Unverifiable",
        ],
        ignoreOrder: true);

    [Fact]
    public void Records_CompareByContent()
    {
        new GenerationConfig { StopWords = ["a"], LogitBias = new Dictionary<int, double> { [1] = 2 } }
            .ShouldBe(new GenerationConfig { StopWords = ["a"], LogitBias = new Dictionary<int, double> { [1] = 2 } });
        new GenerationConfig { StopWords = ["a"] }.ShouldNotBe(new GenerationConfig { StopWords = ["b"] });
        new GenerationConfig { StopWords = ["a"] }.GetHashCode().ShouldBe(new GenerationConfig { StopWords = ["a"] }.GetHashCode());
        Prompt.FromTokenIds([1, 2]).ShouldBe(Prompt.FromTokenIds([1, 2]));
        Prompt.FromMessages([PromptMessage.User("a")]).ShouldBe(Prompt.FromMessages([PromptMessage.User("a")]));
        new TextEmbedding { Vector = new float[] { 1, 2 } }.ShouldBe(new TextEmbedding { Vector = new float[] { 1, 2 } });
        new Response { Logits = [new float[] { 1 }] }.ShouldBe(new Response { Logits = [new float[] { 1 }] });
        new Response { Logits = [new float[] { 1 }] }.ShouldNotBe(new Response { Logits = [new float[] { 2 }] });
        new GenerationConfig { StopTokenIds = [1, 2] }.ToString().ShouldContain("StopTokenIds = [1, 2]");
    }

    [Fact]
    public void Lists_RefuseNull()
    {
        Should.Throw<ArgumentNullException>(() => new GenerationConfig { StopWords = null! }).ParamName.ShouldBe("StopWords");
        Should.Throw<ArgumentNullException>(() => new GenerationConfig { LogitBias = null! }).ParamName.ShouldBe("LogitBias");
        Should.Throw<ArgumentException>(
            () => new GenerationConfig { BadWords = ["a", null!] }).Message.ShouldStartWith("BadWords must not hold null, got one at position 1.");
        Should.Throw<ArgumentException>(() => { Prompts prompts = ["a", null!]; }).Message.ShouldContain("position 1");
        Should.Throw<ArgumentException>(() => { Prompts prompts = new string[] { null! }; }).Message.ShouldContain("position 0");
        Should.Throw<ArgumentException>(() => Prompt.FromMessages([null!])).Message.ShouldContain("position 0");
        Should.Throw<ArgumentNullException>(() => new EngineConfig { Supervision = null! }).ParamName.ShouldBe("Supervision");
        Should.Throw<ArgumentNullException>(() => new ScoreInput("a") with { Prompt = null! }).ParamName.ShouldBe("Prompt");
    }
}
