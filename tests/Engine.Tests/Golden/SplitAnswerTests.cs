using System.Threading.Channels;
using LmDeploy.Engine.Generation;
using LmDeploy.Tests.Answers;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Parrots;
using LmDeploy.Tests.Torch;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Golden;

/// <summary>What tokens become: an answer in parts, or a text that goes on after its prompt.</summary>
[Collection(TorchTests.Name)]
public sealed class SplitAnswerTests : IDisposable
{
    private const string Tools = """[{"type":"function","function":{"name":"f","parameters":{}}}]""";
    private const string Call = "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": \"Øre\"}}</tool_call>";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parrot");
    private readonly Parrot _parrot = new(["<|box|>", "</think>"], ["<think>", "<tool_call>", "</tool_call>"]);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task StopWords_AreLookedForInTheContentAlone()
    {
        var question = _parrot.Say($"Let us stop here.</think>It will stop here. {Call}");
        using var model = await LoadAsync();
        var run = await RunAsync(model, Question(question, opensThought: true), new GenerationConfig { StopWords = { "stop" }, Split = new AnswerSplit() });
        run.Parts.ShouldBe(("Let us stop here.", "It will ", ""));
        (run.Finished.Reason, run.Finished.StopWord).ShouldBe((FinishReason.Stop, "stop"));
        (await RunAsync(
            model,
            Question(question, opensThought: true),
            new GenerationConfig { StopWords = { "stop" }, IncludeStopStrInOutput = true, Split = new AnswerSplit() }))
            .Parts.Content.ShouldBe("It will stop");
        (await RunAsync(model, Question(question, opensThought: true), new GenerationConfig { StopWords = { "stop" } })).Text.ShouldBe(
            "Let us ", "a text has no parts");
    }

    [Fact]
    public async Task SpecialTokens_AreShownWhereTheySplitTheAnswerAlone()
    {
        var question = _parrot.Say($"Hm.</think>One<|box|>two. {Call}");
        using var model = await LoadAsync();
        var run = await RunAsync(model, Question(question, opensThought: true), new GenerationConfig { Split = new AnswerSplit() });
        run.Parts.ShouldBe(("Hm.", "Onetwo.", "f{\"a\": \"Øre\"}"));
        (await RunAsync(
            model,
            Question(question, opensThought: true),
            new GenerationConfig { SkipSpecialTokens = false, Split = new AnswerSplit() })).Parts.Content.ShouldBe("One<|box|>two.");
        (await RunAsync(
            model,
            Question(question, opensThought: true),
            new GenerationConfig { Split = new AnswerSplit { KeepsCalls = true } })).Parts.Content.ShouldBe($"Onetwo. {Call}");
        (await RunAsync(model, Question(question, opensThought: true), new GenerationConfig())).Text.ShouldBe($"Hm.Onetwo. {Call}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SpacesBetweenSpecialTokens_ChangesNoText(bool spaces)
    {
        var question = _parrot.Say("One<|box|>two<|box|><|box|>three.");
        using var model = await LoadAsync();
        var config = new GenerationConfig { SkipSpecialTokens = false, SpacesBetweenSpecialTokens = spaces };
        (await RunAsync(model, Question(question), config)).Text.ShouldStartWith("One<|box|>two<|box|><|box|>three.");
        config.SkipSpecialTokens = true;
        (await RunAsync(model, Question(question), config)).Text.ShouldBe("Onetwothree.");
    }

    [Fact]
    public async Task ASingleCall_EndsTheAnswer()
    {
        var question = _parrot.Say($"Both.{Call}{Call} more");
        using var model = await LoadAsync();
        var one = await RunAsync(model, Question(question), new GenerationConfig { Split = new AnswerSplit { SingleCall = true } });
        one.Parts.ShouldBe(("", "Both.", "f{\"a\": \"Øre\"}"));
        one.Finished.Reason.ShouldBe(FinishReason.Stop);
        var all = await RunAsync(model, Question(question), new GenerationConfig { Split = new AnswerSplit() });
        all.Parts.ShouldBe(("", "Both. more", "f{\"a\": \"Øre\"} f{\"a\": \"Øre\"}"));
        one.Finished.GenerateTokenLen.ShouldBeLessThan(all.Finished.GenerateTokenLen);
    }

    [Fact]
    public async Task ReasoningTokens_AreThoseBeforeTheAnswer()
    {
        var (thinks, plans, answers) = (_parrot.Say("abc</think>de"), _parrot.Say("abc</think>de "), _parrot.Say("abcde"));
        using var model = await LoadAsync();
        var config = new GenerationConfig { Split = new AnswerSplit() };
        (await RunAsync(model, Question(thinks, opensThought: true), config)).Finished.ReasoningTokenLen.ShouldBe(4);
        (await RunAsync(model, Question(plans), config)).Finished.ReasoningTokenLen.ShouldBe(4);
        (await RunAsync(model, Question(answers), config)).Finished.ReasoningTokenLen.ShouldBe(0);
    }

    [Fact]
    public async Task AnAnswerThatIsCutOffAnywhere_GoesOnTheSame()
    {
        var question = _parrot.Say($"Hm, so.</think>One stop{Call}\n{Call}");
        using var model = await LoadAsync();
        var prompt = Question(question, opensThought: true);
        foreach (var config in new[]
        {
            new GenerationConfig { Split = new AnswerSplit() },
            new GenerationConfig { StopWords = { "stop it" }, Split = new AnswerSplit { SingleCall = true } },
        })
        {
            var whole = await RunAsync(model, prompt, config);
            whole.Parts.Reasoning.ShouldBe("Hm, so.");
            for (var cut = 1; cut <= whole.Ids.Count; cut++)
            {
                var rest = await RunAsync(model, new Prompt { TokenIds = whole.PromptIds, Tools = Tools }, config, [.. whole.Ids.Take(cut)]);
                Parts.Of([.. whole.PiecesOf(cut), .. rest.Pieces]).ShouldBe(whole.Parts, $"{cut} tokens");
                rest.Finished.ShouldBe(whole.Finished, $"{cut} tokens");
            }
        }
    }

    /// <summary>Of SentencePiece's kind and of others: what is written goes on after what was read, and an answer in a chat is a text of its own.</summary>
    [Theory]
    [InlineData("llama2")]
    [InlineData("mistral")]
    [InlineData("llama3")]
    [InlineData("qwen3")]
    public async Task ACompletion_GoesOnAfterItsPrompt(string name)
    {
        var golden = GoldenModel.Read(name);
        using var model = await TextModel.LoadAsync(
            golden.Folder, new EngineConfig { Device = EngineDevice.Cpu, SessionLen = 128 }, () => { }, null, (_, _) => { }, CancellationToken.None);
        var spaced = model.Prompts.EncodeContinuation("Hello from").Except(model.Prompts.EncodeContinuation("Hello")).First();
        var config = new GenerationConfig { MaxNewTokens = 2, LogitBias = { [spaced] = 100 } };
        var run = await RunAsync(model, new Prompt { Text = "Hello", Raw = true }, config);
        run.Text.ShouldStartWith(" ");
        ("Hello" + run.Text).ShouldBe(model.Decode([.. run.PromptIds.Ids, .. run.Ids], skipSpecialTokens: true));
        (await RunAsync(model, new Prompt { TokenIds = run.PromptIds }, config)).Text.ShouldBe(run.Text);
    }

    private static Prompt Question(string question, bool opensThought = false) => new()
    {
        Messages = $$"""[{"role":"user","content":"{{question}}"}]""",
        TemplateArguments = opensThought ? """{"think":true}""" : "",
        Tools = Tools,
    };

    private static async Task<Run> RunAsync(TextModel model, Prompt prompt, GenerationConfig config, params int[] resumed)
    {
        var channel = Channel.CreateUnbounded<GenerationEvent>();
        model.Submit(model.Requests.Generation(0, prompt, config, channel.Writer, CancellationToken.None, resumedIds: resumed));
        var (deltas, promptIds) = (new List<GenerationDelta>(), new TokenIds());
        while (true)
        {
            var happened = await channel.Reader.ReadAsync().AsTask().WaitAsync(Deadline);
            if (happened.Finished is { } finished)
            {
                return new Run(promptIds, deltas, finished);
            }

            promptIds.Ids.AddRange(happened.Started?.PromptTokenIds ?? []);
            deltas.AddRange(happened.Delta is { } delta ? [delta] : []);
        }
    }

    private Task<TextModel> LoadAsync()
    {
        _parrot.Write(_folder.FullName);
        return TextModel.LoadAsync(_folder.FullName, new EngineConfig { Device = EngineDevice.Cpu }, () => { }, null, (_, _) => { }, CancellationToken.None);
    }

    private sealed record Run(TokenIds PromptIds, IReadOnlyList<GenerationDelta> Deltas, GenerationFinished Finished)
    {
        public IReadOnlyList<int> Ids => [.. Deltas.SelectMany(delta => delta.TokenIds)];

        public string Text => string.Concat(Deltas.Select(delta => delta.Text));

        public IEnumerable<LmDeploy.Text.Answers.AnswerPiece> Pieces => Read(Deltas);

        public (string Reasoning, string Content, string Calls) Parts => LmDeploy.Tests.Answers.Parts.Of(Pieces);

        /// <summary>The pieces that came with the first tokens.</summary>
        public IEnumerable<LmDeploy.Text.Answers.AnswerPiece> PiecesOf(int tokens) => Read(Deltas.Where(delta => delta.TokenIds.Count > 0).Take(tokens));

        private static IEnumerable<LmDeploy.Text.Answers.AnswerPiece> Read(IEnumerable<GenerationDelta> deltas) =>
            deltas.SelectMany(delta => delta.Pieces).Select(piece => new LmDeploy.Text.Answers.AnswerPiece(
                Enum.Parse<LmDeploy.Text.Answers.AnswerPart>(piece.Part.ToString()), piece.Text, piece.Call));
    }
}
