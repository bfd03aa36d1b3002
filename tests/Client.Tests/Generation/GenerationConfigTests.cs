using LmDeploy.Generation;

namespace LmDeploy.Client.Tests.Generation;

public sealed class GenerationConfigTests
{
    public static TheoryData<string, Func<GenerationConfig, GenerationConfig>> OutOfRange => new()
    {
        { "MaxNewTokens", c => c with { MaxNewTokens = 0 } },
        { "TopP", c => c with { TopP = -0.01 } },
        { "TopP", c => c with { TopP = 1.01 } },
        { "TopP", c => c with { TopP = double.NaN } },
        { "TopK", c => c with { TopK = -1 } },
        { "MinP", c => c with { MinP = 1.5 } },
        { "Temperature", c => c with { Temperature = -1 } },
        { "Temperature", c => c with { Temperature = 2.01 } },
        { "RepetitionPenalty", c => c with { RepetitionPenalty = 0 } },
        { "RepetitionPenalty", c => c with { RepetitionPenalty = double.PositiveInfinity } },
        { "N", c => c with { N = 0 } },
        { "N", c => c with { N = 1_000 } },
        { "PresencePenalty", c => c with { PresencePenalty = 2.1 } },
        { "FrequencyPenalty", c => c with { FrequencyPenalty = double.NaN } },
        { "LogitBias", c => c with { LogitBias = new Dictionary<int, double> { [1] = 101 } } },
        { "LogitBias", c => c with { LogitBias = new Dictionary<int, double> { [-1] = 1 } } },
        { "BadWords", c => c with { BadWords = [""] } },
        { "BadTokenIds", c => c with { BadTokenIds = [-1] } },
        { "RepetitionNgramSize", c => c with { RepetitionNgramSize = -1 } },
        { "RepetitionNgramThreshold", c => c with { RepetitionNgramThreshold = -1 } },
        { "MinNewTokens", c => c with { MinNewTokens = -1 } },
        { "Logprobs", c => c with { Logprobs = -1 } },
        { "Logprobs", c => c with { Logprobs = 1025 } },
        { "StopWords", c => c with { StopWords = [""] } },
        { "StopWords", c => c with { StopWords = ["\udc00"] } },
        { "StopTokenIds", c => c with { StopTokenIds = [-1] } },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void With_OutOfRangeNamesTheMember(string member, Func<GenerationConfig, GenerationConfig> change)
    {
        var e = Should.Throw<ArgumentOutOfRangeException>(() => change(new GenerationConfig()));
        e.ParamName.ShouldBe(member);
        e.Message.ShouldContain(member + " must");
    }

    [Fact]
    public void Defaults_AreLmDeploys()
    {
        var wire = new GenerationConfig().ToWire();
        wire.MaxNewTokens.ShouldBe(512);
        wire.DoSample.ShouldBeFalse();
        wire.TopP.ShouldBe(1);
        wire.TopK.ShouldBe(50);
        wire.MinP.ShouldBe(0);
        wire.Temperature.ShouldBe(0.8);
        wire.RepetitionPenalty.ShouldBe(1);
        wire.SkipSpecialTokens.ShouldBeTrue();
        wire.SpacesBetweenSpecialTokens.ShouldBeTrue();
        wire.HasRandomSeed.ShouldBeFalse();
        wire.HasLogprobs.ShouldBeFalse();
    }

    [Fact]
    public void FromModel_SendsOnlyWhatIsSet()
    {
        var wire = GenerationConfig.FromModel.ToWire();
        wire.UnsetFields.ShouldBe(V1.UnsetFields.Model);
        (
            wire.HasDoSample,
            wire.HasTemperature,
            wire.HasTopP,
            wire.HasTopK,
            wire.HasMinP,
            wire.HasRepetitionPenalty).ShouldBe((false, false, false, false, false, false));
        var set = (GenerationConfig.FromModel with { TopK = 50, Temperature = 0.8, DoSample = false }).ToWire();
        (set.HasTopP, set.TopK, set.Temperature, set.HasDoSample).ShouldBe((false, 50, 0.8, true), "what is set counts, also where it is the default");
    }

    [Fact]
    public void SplitReasoning_KeepsCallsInTheText()
    {
        new GenerationConfig().ToWire().Split.ShouldBeNull();
        new GenerationConfig { SplitReasoning = true }.ToWire().Split.ShouldBe(new V1.AnswerSplit { KeepsCalls = true });
        (new GenerationConfig { SplitReasoning = true } with { SplitReasoning = false }).ToWire().Split.ShouldBeNull();
    }

    [Fact]
    public void ToJson_HasTheNamesOfTheContract()
        => new GenerationConfig { TopK = 7, StopWords = ["a"] }.ToJson().ShouldSatisfyAllConditions(
            json => json.ShouldContain("\"top_k\": 7"), json => json.ShouldContain("\"stop_words\": [ \"a\" ]"));

    [Fact]
    public void SettingsOfSampling_ImplyIt()
    {
        new GenerationConfig().DoSample.ShouldBeFalse();
        new GenerationConfig { Temperature = 2 }.DoSample.ShouldBeTrue();
        new GenerationConfig { Temperature = 0 }.DoSample.ShouldBeFalse();
        new GenerationConfig { TopP = 0.9 }.DoSample.ShouldBeTrue();
        new GenerationConfig { TopK = 5 }.DoSample.ShouldBeTrue();
        new GenerationConfig { MinP = 0.1 }.ToWire().DoSample.ShouldBeTrue();
        new GenerationConfig { DoSample = false, TopK = 5 }.DoSample.ShouldBeFalse();
        (new GenerationConfig { TopK = 5 } with { DoSample = false }).DoSample.ShouldBeFalse();
        new GenerationConfig { RepetitionPenalty = 1.1 }.DoSample.ShouldBeFalse();
        (GenerationConfig.FromModel with { TopP = 0.5 }).ToWire().DoSample.ShouldBeTrue();
        (GenerationConfig.FromModel with { Temperature = 0 }).ToWire().HasDoSample.ShouldBeFalse();
    }

    [Fact]
    public void Response_PrintsItsText()
    {
        new Response { Text = "42", TokenIds = [1, 2] }.ToString().ShouldBe("42");
        new Response { ErrorCode = "invalid_request", ErrorMessage = "no" }.ToString().ShouldBe("invalid_request: no");
    }

    [Fact]
    public void Lists_AreCopied()
    {
        var words = new List<string> { "a" };
        var config = new GenerationConfig { StopWords = words };
        words.Add("b");
        config.StopWords.ShouldBe(["a"]);
    }
}
