using System.Text.Json;
using System.Text.Json.Nodes;
using LmDeploy.Tests.Folders;
using LmDeploy.Text.Tests.Templates;
using LmDeploy.Text.Tests.Tokenization;

namespace LmDeploy.Text.Tests;

/// <summary>The public chat template.</summary>
public sealed class ChatTemplateTests : IDisposable
{
    private const string Endless = "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}";
    private const string Tools = """[{"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}]""";

    private static readonly TemplateMessage[] _hello = [new("user", "Hello")];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Families => [.. TestData.Families
        .Select(family => family.Data)
        .Where(family => File.Exists(Path.Combine(TestData.Golden(family), "chat_template.jinja")))];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Families))]
    public void Load_RendersAsTransformersDoes(string family)
    {
        var template = ChatTemplate.Load(TestData.Golden(family));
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(TestData.Golden(family), "golden.json")));
        foreach (var chat in golden.RootElement.GetProperty("chat").EnumerateArray())
        {
            var messages = chat.GetProperty("messages");
            var expected = chat.GetProperty("rendered").GetString();
            var options = new ChatTemplateOptions { AddGenerationPrompt = chat.GetProperty("add_generation_prompt").GetBoolean() };
            template.Render(messages, options: options).ShouldBe(expected);
            template.Render(messages.GetRawText(), options: options).ShouldBe(expected);
            template.Render(messages.EnumerateArray().Select(Typed), options: options).ShouldBe(expected);
        }

        static TemplateMessage Typed(JsonElement message) => new(message.GetProperty("role").GetString()!, message.GetProperty("content").GetString()!);
    }

    [Fact]
    public void Render_HandsOverToolsDocumentsAndVariables()
    {
        var template = ChatTemplate.Parse(
            "{{ messages[0].content }} {{ tools[0].function.name }} {{ documents[0] }} {{ enable_thinking }} {{ limit }} {{ add_generation_prompt }}");
        var options = new ChatTemplateOptions
        {
            Documents = JsonElement.Parse("[\"page\"]"),
            Variables = new JsonObject { ["enable_thinking"] = false, ["limit"] = 3 },
            AddGenerationPrompt = false,
        };
        const string expected = "Hello add page False 3 False";
        template.Render(_hello, JsonElement.Parse(Tools), options).ShouldBe(expected);
        template.Render("""[{"role": "user", "content": "Hello"}]""", Tools, options).ShouldBe(expected);
    }

    [Fact]
    public void Render_WithoutOptionsAsksForAnAnswerAndHasNoTools() =>
        ChatTemplate.Parse("{{ add_generation_prompt }} {{ tools is none }} {{ documents is none }} {{ enable_thinking is defined }}")
            .Render(_hello, JsonElement.Parse("null")).ShouldBe("True True True False");

    [Fact]
    public void Load_PutsInTheSpecialTokensOfTheFolder()
    {
        _folder
            .With("chat_template.jinja", "{{ bos_token }}|{{ eos_token }}|{{ pad_token }}|{{ unk_token is defined }}")
            .With("tokenizer_config.json", """{"bos_token": "<s>", "eos_token": {"content": "</s>"}}""")
            .With("special_tokens_map.json", """{"pad_token": "<pad>"}""");
        var template = ChatTemplate.Load(_folder.Path);
        template.Render(_hello).ShouldBe("<s>|</s>|<pad>|False");
        template.Render(_hello, options: new ChatTemplateOptions { Variables = new JsonObject { ["bos_token"] = "!" } }).ShouldBe("!|</s>|<pad>|False");
    }

    [Fact]
    public void Load_FindsSpecialTokensThatOnlySentencePieceNames()
    {
        _folder.With("chat_template.jinja", "{{ bos_token }}{{ eos_token }}");
        // Three pieces: "?" unknown, "<s>" and "</s>" control.
        _folder.Write("tokenizer.model", [
            0x0A, 0x05, 0x0A, 1, (byte)'?', 0x18, 2,
            0x0A, 0x07, 0x0A, 3, (byte)'<', (byte)'s', (byte)'>', 0x18, 3,
            0x0A, 0x08, 0x0A, 4, (byte)'<', (byte)'/', (byte)'s', (byte)'>', 0x18, 3,
        ]);
        ChatTemplate.Load(_folder.Path).Render(_hello).ShouldBe("<s></s>");
    }

    [Fact]
    public void Render_ReadsTheClockItIsGiven() =>
        ChatTemplate.Parse("{{ strftime_now('%d %b %Y') }}").Render(_hello, options: new ChatTemplateOptions { TimeProvider = new FixedClock() })
            .ShouldBe("10 Jul 2025");

    [Fact]
    public void Source_IsTheTextOfTheTemplate() => ChatTemplate.Parse("{{ messages }}").Source.ShouldBe("{{ messages }}");

    [Fact]
    public void Null_IsRefusedByName()
    {
        var template = ChatTemplate.Parse("x");
        Should.Throw<ArgumentNullException>(() => ChatTemplate.Load(null!)).ParamName.ShouldBe("folder");
        Should.Throw<ArgumentException>(() => ChatTemplate.Load("")).ParamName.ShouldBe("folder");
        Should.Throw<ArgumentNullException>(() => ChatTemplate.Parse(null!)).ParamName.ShouldBe("source");
        Should.Throw<ArgumentNullException>(() => template.Render((string)null!)).ParamName.ShouldBe("messages");
        Should.Throw<ArgumentNullException>(() => template.Render((TemplateMessage[])null!)).ParamName.ShouldBe("messages");
        Should.Throw<ArgumentException>(() => template.Render([_hello[0], null!])).Message.ShouldContain("position 1");
        Should.Throw<ArgumentException>(() => template.Render(_hello, options: new ChatTemplateOptions { TimeProvider = null! })).ParamName.ShouldBe("options");
        Should.Throw<ArgumentNullException>(() => new TemplateMessage(null!, "x")).ParamName.ShouldBe("role");
        Should.Throw<ArgumentException>(() => new TemplateMessage("", "x")).ParamName.ShouldBe("role");
        Should.Throw<ArgumentNullException>(() => new TemplateMessage("user", null!)).ParamName.ShouldBe("content");
    }

    [Theory]
    [InlineData("{}", null, "messages", "an object")]
    [InlineData("null", null, "messages", "null")]
    [InlineData("\"Hello\"", null, "messages", "a string")]
    [InlineData("[]", "true", "tools", "true or false")]
    [InlineData("[]", "7", "tools", "a number")]
    [InlineData("[\n{]", null, "messages", "line 2")]
    [InlineData("", null, "messages", "not valid JSON")]
    [InlineData("[]", "[", "tools", "not valid JSON")]
    public void Input_OfAnotherKindIsRefusedByName(string messages, string? tools, string parameter, string expected)
    {
        var error = Should.Throw<ArgumentException>(() => ChatTemplate.Parse("x").Render(messages, tools));
        error.ParamName.ShouldBe(parameter);
        error.Message.ShouldContain(expected);
    }

    [Fact]
    public void Input_ThatIsNoValueIsRefused()
    {
        Should.Throw<ArgumentException>(() => ChatTemplate.Parse("x").Render(default(JsonElement))).ParamName.ShouldBe("messages");
        var options = new ChatTemplateOptions { Documents = JsonElement.Parse("{}") };
        Should.Throw<ArgumentException>(() => ChatTemplate.Parse("x").Render(_hello, options: options)).ParamName.ShouldBe("options");
        options = new ChatTemplateOptions { Variables = new JsonObject { ["x"] = double.NaN } };
        Should.Throw<ArgumentException>(() => ChatTemplate.Parse("x").Render(_hello, options: options)).ParamName.ShouldBe("options");
    }

    [Theory]
    [InlineData("""[{"role": "user", "content": "\ud800"}]""")]
    [InlineData("""[{"role": "user", "\udc00": "Hello"}]""")]
    public void HalfSurrogates_AreRefused(string messages) =>
        Should.Throw<TemplateRenderException>(() => ChatTemplate.Parse("x").Render(messages)).Message.ShouldContain("not valid Unicode");

    [Fact]
    public void HalfSurrogates_AreNoMessage()
    {
        Should.Throw<ArgumentException>(() => ChatTemplate.Parse("x").Render("[\"a\uD800\"]")).ParamName.ShouldBe("messages");
        Should.Throw<ArgumentException>(() => new TemplateMessage("user", "a\uD800")).Message.ShouldContain("position 1");
        Should.Throw<ArgumentException>(() => new TemplateMessage("\uDC00", "a")).ParamName.ShouldBe("role");
    }

    [Fact]
    public void Load_OfAFolderWithoutTemplateSaysWhatIsMissing()
    {
        var error = Should.Throw<TemplateException>(() => ChatTemplate.Load(_folder.Path));
        error.File.ShouldBe(_folder.File("chat_template.jinja"));
        error.Line.ShouldBeNull();
        error.Message.ShouldContain("tokenizer_config.json");
        Should.Throw<TemplateException>(() => ChatTemplate.Load(_folder.File("none")));
    }

    [Fact]
    public void Load_NamesFileAndLineOfWhatItCannotParse()
    {
        _folder.With("chat_template.jinja", "{{ 1 }}\n{% if %}\n");
        var error = Should.Throw<TemplateException>(() => ChatTemplate.Load(_folder.Path));
        error.ShouldNotBeOfType<TemplateRenderException>();
        error.File.ShouldBe(_folder.File("chat_template.jinja"));
        error.Line.ShouldBe(2);
        error.Message.ShouldContain("line 2");
    }

    [Theory]
    [InlineData("chat_template.json", false)]
    [InlineData("tokenizer_config.json", false)]
    [InlineData("tokenizer_config.json", true)]
    public void Load_NamesFileAndLineOfBrokenJson(string file, bool hasTemplate)
    {
        _folder.With(file, "{\n\n\"chat_template\": }");
        if (hasTemplate)
        {
            _folder.With("chat_template.jinja", "x");
        }

        var error = Should.Throw<TemplateException>(() => ChatTemplate.Load(_folder.Path));
        error.File.ShouldBe(_folder.File(file));
        error.Line.ShouldBe(3);
        error.Message.ShouldContain("line 3");
    }

    [Fact]
    public void Parse_NamesTheLine()
    {
        var error = Should.Throw<TemplateException>(() => ChatTemplate.Parse("\n\n{{ 1 +"));
        error.File.ShouldBeNull();
        error.Line.ShouldBe(3);
    }

    [Fact]
    public void Render_NamesFileAndLineOfARejection()
    {
        _folder.With("chat_template.jinja", "{{ messages | length }}\n{{ raise_exception('roles must alternate') }}");
        var error = Should.Throw<TemplateRenderException>(() => ChatTemplate.Load(_folder.Path).Render(_hello));
        error.File.ShouldBe(_folder.File("chat_template.jinja"));
        error.Line.ShouldBe(2);
        error.Message.ShouldContain("roles must alternate");
        Should.Throw<TemplateRenderException>(() => ChatTemplate.Parse("{{ 1 // 0 }}").Render(_hello)).File.ShouldBeNull();
    }

    [Fact]
    public void Render_StopsTemplatesThatLoopForEver() =>
        Should.Throw<TemplateRenderException>(() => ChatTemplate.Parse(Endless).Render(_hello)).Message.ShouldContain("20000000 steps");

    [Fact]
    public void Render_ObservesCancellation()
    {
        var cancelled = new CancellationToken(canceled: true);
        Should.Throw<OperationCanceledException>(() => ChatTemplate.Parse("x").Render(_hello, cancellationToken: cancelled));

        using var later = new CancellationTokenSource();
        var options = new ChatTemplateOptions { TimeProvider = new CancellingClock(later) };
        var error = Should.Throw<OperationCanceledException>(
            () => ChatTemplate.Parse("{{ strftime_now('%d') }}" + Endless).Render(_hello, options: options, cancellationToken: later.Token));
        error.CancellationToken.ShouldBe(later.Token);
    }

    [Fact]
    public void Template_IsSafeForConcurrentUse()
    {
        var template = ChatTemplate.Load(TestData.Golden("qwen2"));
        var expected = template.Render(_hello);
        Parallel.For(0, 64, _ => template.Render(_hello).ShouldBe(expected));
    }

    /// <summary>Cancels when a template asks for the time, so in the midst of a rendering.</summary>
    private sealed class CancellingClock(CancellationTokenSource source) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow()
        {
            source.Cancel();
            return base.GetUtcNow();
        }
    }
}
