using LmDeploy.Engine.Likelihood;
using LmDeploy.Engine.Requests;
using LmDeploy.Tests.Golden;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Tokenization;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Likelihood;

/// <summary>Continuations are split off as lm-evaluation-harness does.</summary>
public sealed class ContinuationEncoderTests
{
    private const int VocabSize = 100_000;

    private static readonly ModelTokenizer Llama = ModelTokenizer.Load(Path.Combine(GoldenModel.Root, "llama2"));
    private static readonly ModelTokenizer Gpt2 = ModelTokenizer.Load(Path.Combine(GoldenModel.Root, "gpt2"));

    [Theory]
    [InlineData("The capital of France is", " Paris")]
    [InlineData("The capital of France is", "Paris")]
    [InlineData("Question: 1 + 1?\nAnswer:", " 2")]
    [InlineData("un", "believable")]
    public void Encode_GivesTheTokensOfBothTextsAfterThoseOfThePrompt(string prompt, string continuation)
    {
        var context = Gpt2.Encode(prompt, addSpecialTokens: false);
        var both = Gpt2.Encode(prompt + continuation, addSpecialTokens: false);
        var (ids, first) = Encode(Gpt2, prompt, continuation);
        ids[..first].ShouldBe(context);
        ids[first..].ShouldBe(both[context.Length..]);
    }

    [Theory]
    [InlineData("Answer: ", "Paris")]
    [InlineData("Answer:\n\n", "Paris")]
    [InlineData("Answer:\u001c ", "Paris")]
    public void Encode_MovesWhiteSpaceFromThePromptToTheContinuation(string prompt, string continuation)
    {
        var trimmed = prompt.TrimEnd('\u001c', ' ', '\n');
        var (ids, first) = Encode(Gpt2, prompt, continuation);
        ids[..first].ShouldBe(Gpt2.Encode(trimmed, addSpecialTokens: false));
        Gpt2.Decode(ids[first..], skipSpecialTokens: false).ShouldBe(prompt[trimmed.Length..] + continuation);
    }

    [Fact]
    public void Encode_PutsTheFirstTokenOnceBeforeThePrompt()
    {
        var (ids, first) = Encode(Llama, "Hello", " world");
        ids[..first].ShouldBe(Llama.Encode("Hello", addSpecialTokens: true));
        ids[first..].ShouldNotContain(ids[0]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void Encode_TakesAPromptWithoutTextForTheFirstToken(string prompt)
    {
        var (ids, first) = Encode(Gpt2, prompt, "Hello");
        first.ShouldBe(1);
        Gpt2.IsSpecial(ids[0]).ShouldBeTrue();
        Gpt2.Decode(ids[1..], skipSpecialTokens: false).ShouldBe(prompt + "Hello");
    }

    [Fact]
    public void Encode_TakesTokenIdsAsTheyAre()
    {
        var prompt = new Prompt { TokenIds = new TokenIds { Ids = { 5, 6 } } };
        var encoder = Open(Gpt2, prompt);
        var (ids, first) = encoder.Encode(new Continuation { TokenIds = new TokenIds { Ids = { 7, 8 } } });
        (ids, first).ShouldBe((ids, 2));
        ids.ShouldBe([5, 6, 7, 8]);
        encoder.Encode(new Continuation { Text = " world" }).Ids[2..].ShouldBe(Gpt2.Encode(" world", addSpecialTokens: false));
    }

    [Theory]
    [InlineData("Answer: ")]
    [InlineData("Answer:\n")]
    [InlineData("un")]
    public void Encode_TakesAnAnswerByItself(string prompt)
    {
        var (ids, first) = Open(Gpt2, new Prompt { Text = prompt, Raw = true }).Encode(new Continuation { Answer = "believable" });
        ids[..first].ShouldBe(Gpt2.Encode(prompt, addSpecialTokens: false));
        ids[first..].ShouldBe(Gpt2.Encode("believable", addSpecialTokens: false));
    }

    [Fact]
    public void Encode_RefusesWhatHasNothingToScore()
    {
        Should.Throw<EngineException>(() => Encode(Gpt2, "Hello", "")).Code.ShouldBe(ErrorCodes.InvalidRequest);
        Should.Throw<EngineException>(() => Open(Gpt2, new Prompt { Text = "a", Raw = true }).Encode(new Continuation())).Message
            .ShouldContain("neither text nor token ids");
        Should.Throw<EngineException>(() => Open(Gpt2, new Prompt { TokenIds = new TokenIds() }).Encode(new Continuation { Text = "a" })).Message
            .ShouldContain("empty");
    }

    private static (int[] Ids, int First) Encode(ModelTokenizer tokenizer, string prompt, string continuation) =>
        Open(tokenizer, new Prompt { Text = prompt, Raw = true }).Encode(new Continuation { Text = continuation });

    private static ContinuationEncoder Open(ModelTokenizer tokenizer, Prompt prompt) =>
        new(new PromptEncoder(tokenizer, template: null, VocabSize), tokenizer, sessionLen: 512, prompt, CancellationToken.None);
}
